using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Ports of an expectation: a number, a range, a name, all of a protocol, or a protocol without ports.</summary>
/// <param name="Protocol">IANA protocol number; null for every protocol, which only ranges and names have.</param>
/// <param name="First">First number; null for a name, and for protocols without ports.</param>
/// <param name="Last">Last number.</param>
/// <param name="Name">The name that the destination gives it.</param>
public sealed record ExpectedPort(byte? Protocol, ushort? First, ushort? Last, string? Name)
{
    /// <summary>The protocol number that stands for ICMP of either family.</summary>
    public const byte Icmp = 1;

    /// <summary>Every port of every protocol, and protocols that have none.</summary>
    public static ExpectedPort Any { get; } = new(null, 0, ushort.MaxValue, null);

    /// <summary>Whether it stands for one number.</summary>
    public bool IsSingle => First is not null && First == Last;

    /// <summary>Reads <c>80</c>, <c>80/udp</c>, <c>8000-8099</c>, <c>http</c>, <c>any</c>, <c>any/sctp</c>, <c>icmp</c>.</summary>
    /// <param name="value">A text or number.</param>
    /// <param name="otherwise">The protocol where the text names none; null for TCP, or all where all ports are meant.</param>
    /// <param name="error">What is wrong with it.</param>
    public static ExpectedPort? Read(JsonNode? value, byte? otherwise, out string? error)
    {
        error = null;
        var text = value?.ToString() ?? "";
        var slash = text.LastIndexOf('/');
        var protocol = otherwise;
        if (slash >= 0 && (protocol = ProtocolOf(text[(slash + 1)..])) is null or Icmp)
        {
            error = $"'{text}': {text[(slash + 1)..]} is no protocol with ports; use tcp, udp or sctp";
            return null;
        }

        var word = slash < 0 ? text : text[..slash];
        if (word is "icmp" && slash < 0)
            return new ExpectedPort(Icmp, null, null, null);
        if (word is "any" or "*")
            return Any with { Protocol = protocol };
        return Numbers(word, protocol ?? (byte)L4Protocol.Tcp, out error) ?? (error is null ? Named(word, protocol, out error) : null);
    }

    /// <summary>The number of a protocol's name; null for none that expectations know.</summary>
    public static byte? ProtocolOf(string text) => text.ToUpperInvariant() switch
    {
        "TCP" => (byte)L4Protocol.Tcp,
        "UDP" => (byte)L4Protocol.Udp,
        "SCTP" => (byte)L4Protocol.Sctp,
        "ICMP" => Icmp,
        _ => null,
    };

    /// <summary>The name of a protocol.</summary>
    public static string Word(byte protocol) => protocol == Icmp ? "ICMP" : ((L4Protocol)protocol).ToString().ToUpperInvariant();

    private static ExpectedPort? Numbers(string text, byte protocol, out string? error)
    {
        error = null;
        if (text.Length == 0 || !char.IsAsciiDigit(text[0]))
            return null;
        var parts = text.Split('-');
        if (parts.Length <= 2 && Number(parts[0]) is { } first && Number(parts[^1]) is { } last && first <= last)
            return new ExpectedPort(protocol, first, last, null);
        error = $"'{text}' is neither a port (1 to 65535) nor a range such as 8000-8099";
        return null;
    }

    private static ExpectedPort? Named(string text, byte? protocol, out string? error)
    {
        var isName = text.Length is > 0 and <= 63 && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
        error = isName ? null : $"'{text}' is no port: use a number, a range, the name of a port, any or icmp";
        return isName ? new ExpectedPort(protocol, null, null, text) : null;
    }

    private static ushort? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
