using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Nested blocks as intervals that do not overlap: in each of them the longest prefix decides.</summary>
internal static class PeerBlocks
{
    /// <summary>Whether a peer is a block, not a single address.</summary>
    public static bool IsBlock(Peer peer) => peer.Range.HostBits > 0;

    /// <summary>The intervals of a family's blocks, in order.</summary>
    public static List<AddressRange> Flatten(IEnumerable<Peer> peers, bool v6)
    {
        var blocks = peers.Where(peer => IsBlock(peer) && peer.Range.IsV6 == v6)
            .OrderBy(peer => peer.Range.Network.Bits).ThenBy(peer => peer.Range.Length);
        var found = new List<AddressRange>();
        var open = new Stack<Peer>();
        UInt128 next = 0;
        foreach (var block in blocks)
        {
            Close(block.Range.Network.Bits);
            if (open.TryPeek(out var outer))
                Add(next, block.Range.Network.Bits, outer);
            open.Push(block);
            next = block.Range.Network.Bits;
        }

        Close(until: null);
        return found;

        void Close(UInt128? until)
        {
            while (open.TryPeek(out var block) && (until is null || block.Range.Last.Bits < until))
            {
                open.Pop();
                var last = block.Range.Last.Bits;
                if (next <= last)
                    found.Add(new(Address(next), Address(last), block.Identity, IsBlock: true));
                next = last + 1;

                // Behind the last address of all there is nothing left.
                if (next == 0)
                    open.Clear();
            }
        }

        void Add(UInt128 first, UInt128 behind, Peer block)
        {
            if (first < behind)
                found.Add(new(Address(first), Address(behind - 1), block.Identity, IsBlock: true));
        }

        IpAddress Address(UInt128 bits) => v6 ? IpAddress.V6(bits) : IpAddress.V4((uint)bits);
    }
}
