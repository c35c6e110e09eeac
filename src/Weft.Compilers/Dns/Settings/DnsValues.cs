using System.Globalization;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Values as settings write them: zones, servers, times.</summary>
internal static class DnsValues
{
    /// <summary>The file of the resolver, which stands for the servers in it.</summary>
    public const string ResolvConf = "/etc/resolv.conf";

    private static readonly (string Unit, double Seconds)[] Units = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Parts of a list: between commas and white space.</summary>
    public static string[] List(string value) => value.Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads the end of names: a domain, or the block of addresses whose names lead back to it.</summary>
    /// <param name="problem">Why it cannot be read.</param>
    public static bool TryReadZone(string text, out DnsName zone, out string? problem)
    {
        if (!text.Contains('/', StringComparison.Ordinal))
            return DnsName.TryParse(text.ToLowerInvariant(), out zone, out problem);
        zone = default;
        problem = null;
        var step = text.Contains(':', StringComparison.Ordinal) ? 4 : 8;
        if (!IpPrefix.TryParse(text, out var block) || block.Length == 0)
            problem = $"'{text}' is no block of addresses";
        else if (block.Length % step != 0)
            problem = $"the names of {text} have no end in common; write blocks whose length is a multiple of {step}";
        else
            zone = DnsName.Parse(Reverse(block, step));
        return problem is null;
    }

    /// <summary>Reads a time as Go writes it (<c>1m30s</c>, <c>0.5s</c>); a mere number is seconds.</summary>
    public static bool TryReadTime(string text, out TimeSpan time)
    {
        time = default;
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            time = TimeSpan.FromSeconds(whole);
            return true;
        }

        var seconds = 0.0;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.");
            var unit = rest[..(letters < 0 ? rest.Length : letters)].ToString();
            if (Array.FindIndex(Units, known => known.Unit == unit) is not (>= 0 and var found))
                return false;
            seconds += number * Units[found].Seconds;
            rest = rest[unit.Length..];
        }

        if (text.Length == 0 || seconds > uint.MaxValue)
            return false;
        time = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Reads who may do something: an address or a block; <c>*</c> is everybody.</summary>
    public static bool TryReadRanges(string text, out IReadOnlyList<IpPrefix> ranges)
    {
        ranges = text == "*" ? [IpPrefix.AnyV4, IpPrefix.AnyV6]
            : IpAddress.TryParse(text, out var address) ? [IpPrefix.Host(address)]
            : IpPrefix.TryParse(text, out var range) ? [range] : [];
        return ranges.Count > 0;
    }

    private static string Reverse(IpPrefix block, int step)
    {
        var parts = Enumerable.Range(1, block.Length / step).Select(place => (int)(block.Network.Bits >> (block.Network.BitLength - (place * step))) & ((1 << step) - 1)).Reverse();
        return block.IsV6
            ? string.Join('.', parts.Select(part => part.ToString("x", CultureInfo.InvariantCulture))) + ".ip6.arpa"
            : string.Join('.', parts.Select(part => part.ToString(CultureInfo.InvariantCulture))) + ".in-addr.arpa";
    }
}
