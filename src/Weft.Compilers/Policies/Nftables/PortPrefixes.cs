using System.Numerics;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Ranges of ports as prefixes, so that an exact lookup finds them: of a port, so many bits and a one behind them.</summary>
/// <remarks>
/// <code>
/// 8000-8099:  8000/10 as 0x1f60 (8000-8063), 8064/11 as 0x1f90 (8064-8095), 8096/14 as 0x1fa2 (8096-8099)
/// all ports:  0/0 as 0x8000
/// </code>
/// A range takes at most 30 prefixes, and a packet one lookup for each length in use. A concatenated interval (nft_set_pipapo) would take one lookup, but
/// one that grows with the number of ranges, and every change would copy the set. Length 16 is a single port, which has a set of its own.
/// </remarks>
internal static class PortPrefixes
{
    public const int Single = 16;

    /// <summary>The prefixes of a range, as port and length.</summary>
    public static IEnumerable<(ushort Port, int Length)> Split(int first, int last)
    {
        while (first <= last)
        {
            var size = first == 0 ? 1 << Single : first & -first;
            while (size > last - first + 1)
                size >>= 1;
            yield return ((ushort)first, Single - BitOperations.TrailingZeroCount(size));
            first += size;
        }
    }

    /// <summary>As a key: shorter than 16 bits.</summary>
    public static ushort Encode(ushort port, int length) => (ushort)(port | MarkerOf(length));

    /// <summary>The length in a key.</summary>
    public static int LengthOf(ushort key) => Single - 1 - BitOperations.TrailingZeroCount((uint)key);

    /// <summary>A port that lies in the range of a key.</summary>
    public static ushort First(ushort key) => (ushort)(key & (key - 1));

    /// <summary>The bits of a port that count.</summary>
    public static ushort MaskOf(int length) => (ushort)(0xffff << (Single - length));

    /// <summary>The one behind them.</summary>
    public static ushort MarkerOf(int length) => (ushort)(1 << (Single - 1 - length));
}
