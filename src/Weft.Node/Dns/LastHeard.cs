using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Node.Dns;

/// <summary>What an agent knew of cluster DNS when it was heard of last: enough for the next one to answer names of others before it reaches the API server.</summary>
/// <remarks>Which Services there are is part of it, but not what their names lead to: that may have changed, and a wrong address is worse than none.</remarks>
internal sealed record LastHeard
{
    /// <summary>The data of ConfigMap <c>kube-system/weft-config</c>.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Where the node answered; none where something else is cluster DNS.</summary>
    public List<string> Addresses { get; init; } = [];

    /// <summary>Namespaces, and names of their Services.</summary>
    public Dictionary<string, List<string>> Names { get; init; } = [];
}

/// <summary>Keeps <see cref="LastHeard"/> as JSON. In /run it is gone with the pods when the machine starts anew.</summary>
/// <param name="path">The file.</param>
internal sealed class LastHeardFile(string path)
{
    private string _written = "";

    /// <summary>What was written last; null when there is none, or it cannot be read.</summary>
    public LastHeard? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), LastHeardJson.Default.LastHeard) is { Settings: not null, Addresses: not null, Names: not null } heard ? heard : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces it when it says something else; readers see the old file or the new one, whole. Without a file system that takes it, nothing is remembered.</summary>
    public void Write(LastHeard heard)
    {
        var text = JsonSerializer.Serialize(heard, LastHeardJson.Default.LastHeard);
        if (text == _written)
            return;
        try
        {
            File.WriteAllText($"{path}.new", text);
            File.Move($"{path}.new", path, overwrite: true);
            _written = text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next agent then begins with defaults.
        }
    }
}

/// <summary>Serializer of <see cref="LastHeard"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LastHeard))]
internal sealed partial class LastHeardJson : JsonSerializerContext;
