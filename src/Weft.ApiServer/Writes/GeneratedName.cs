using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Writes;

/// <summary>Completes <c>generateName</c> with five random characters.</summary>
/// <remarks>The letters are upstream's: no vowels, so no words. Source: apiserver <c>pkg/storage/names</c>.</remarks>
internal static class GeneratedName
{
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";
    private const int RandomLength = 5;
    private const int MaxBaseLength = 63 - RandomLength;

    /// <returns>Whether the name was made here.</returns>
    public static bool Apply(JsonObject metadata)
    {
        if (metadata.Text("name") is { Length: > 0 } || metadata.Text("generateName") is not { Length: > 0 } prefix)
            return false;
        if (prefix.Length > MaxBaseLength)
            prefix = prefix[..MaxBaseLength];
        metadata["name"] = prefix + RandomNumberGenerator.GetString(Letters, RandomLength);
        return true;
    }
}
