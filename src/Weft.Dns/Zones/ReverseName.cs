using System.Buffers.Text;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <summary>Names that stand for addresses (RFC 1035, section 3.5; RFC 3596, section 2.5).</summary>
internal static class ReverseName
{
    private static readonly byte[] V4 = DnsName.Parse("in-addr.arpa").Wire.ToArray(), V6 = DnsName.Parse("ip6.arpa").Wire.ToArray();

    /// <summary>The address that a name stands for; false when it stands for none, or for a range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out IpAddress address)
    {
        address = default;
        return name.Length is > 20 and <= 30 ? TryV4(name, ref address) : name.Length == (32 * 2) + V6.Length && TryV6(name, ref address);
    }

    private static bool TryV4(ReadOnlySpan<byte> name, ref IpAddress address)
    {
        var bits = 0u;
        for (var place = 0; place < 32; place += 8)
        {
            var label = NameBytes.FirstLabel(name);
            if (label.IsEmpty || (label[0] == '0' && label.Length > 1) || !Utf8Parser.TryParse(label, out byte part, out var used) || used != label.Length)
                return false;
            bits |= (uint)part << place;
            name = NameBytes.Parent(name);
        }

        address = IpAddress.V4(bits);
        return NameBytes.Equal(name, V4);
    }

    private static bool TryV6(ReadOnlySpan<byte> name, ref IpAddress address)
    {
        UInt128 bits = 0;
        for (var place = 0; place < 128; place += 4)
        {
            if (name[0] != 1 || !char.IsAsciiHexDigit((char)name[1]))
                return false;
            var digit = NameBytes.Lower(name[1]);
            bits |= (UInt128)(uint)(digit <= '9' ? digit - '0' : digit - 'a' + 10) << place;
            name = name[2..];
        }

        address = IpAddress.V6(bits);
        return NameBytes.Equal(name, V6);
    }
}
