using System.Buffers;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>Standard base64 with padding, as Go's decoder accepts it.</summary>
internal static class Base64
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n");

    /// <summary>Null when <paramref name="text"/> is base64; otherwise the message of Go's decoder.</summary>
    public static string? ParseError(string text)
    {
        var body = text.AsSpan().TrimEnd("\r\n").TrimEnd('=');
        var odd = body.IndexOfAnyExcept(Alphabet);
        if (odd < 0 && System.Buffers.Text.Base64.IsValid(text))
            return null;
        return $"illegal base64 data at input byte {(odd < 0 ? body.Length : odd)}";
    }
}
