using Weft.Model;

namespace Weft.Dns.Zones;

/// <summary>Addresses as labels: <c>10-244-1-2</c>, <c>fd00--1</c>.</summary>
internal static class DashedAddress
{
    private const int Longest = 45;

    /// <summary>Reads one; four numbers are IPv4, anything else with dashes is tried as IPv6.</summary>
    public static bool TryParse(ReadOnlySpan<byte> label, out IpAddress address)
    {
        address = default;
        if (label.Length > Longest || label.IndexOfAny((byte)'.', (byte)':') >= 0)
            return false;
        Span<char> text = stackalloc char[label.Length];
        return TryParse(label, '.', text, out address) || TryParse(label, ':', text, out address);
    }

    private static bool TryParse(ReadOnlySpan<byte> label, char between, Span<char> text, out IpAddress address)
    {
        for (var i = 0; i < label.Length; i++)
            text[i] = label[i] == '-' ? between : (char)label[i];
        return IpAddress.TryParse(text, out address) && address.IsV6 == (between == ':');
    }
}
