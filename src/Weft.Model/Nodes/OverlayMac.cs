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
}
