using System.Text;

namespace Weft.Model.Nodes;

/// <summary>Hardware addresses that every node computes alike, instead of announcing them.</summary>
public static class OverlayMac
{
    /// <summary>A locally administered unicast address from the node's name: 46 bits of its FNV-1a hash, folded.</summary>
    public static MacAddress Of(string nodeName)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var part in Encoding.UTF8.GetBytes(nodeName))
            hash = (hash ^ part) * 0x100000001b3UL;
        var folded = (hash ^ (hash >> 48 << 20)) & 0xFCFF_FFFF_FFFFUL;
        return new MacAddress(folded | 0x0200_0000_0000UL);
    }

    /// <summary>The link-local IPv6 address that belongs to a hardware address (RFC 4291, appendix A: modified EUI-64).</summary>
    public static IpAddress LinkLocal(MacAddress mac)
    {
        var identifier = ((mac.Value >> 24 << 40) | 0xFFFE00_0000UL | (mac.Value & 0xFF_FFFF)) ^ 0x0200_0000_0000_0000UL;
        return IpAddress.V6(((UInt128)0xFE80_0000_0000_0000UL << 64) | identifier);
    }
}
