using System.Globalization;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>RFC 3339 times, as the API writes them.</summary>
internal static class Times
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Null when <paramref name="text"/> is a time; otherwise the message of Go's parser.</summary>
    public static string? ParseError(string text) =>
        text.Length > 19 && DateTimeOffset.TryParseExact(Trim(text), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? null
            : $"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"";

    // .NET reads seven digits after the point; nanoseconds have nine.
    private static string Trim(string text)
    {
        var dot = text.IndexOf('.');
        if (dot < 0)
            return text;
        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - dot > 8 ? text[..(dot + 8)] + text[end..] : text;
    }
}
