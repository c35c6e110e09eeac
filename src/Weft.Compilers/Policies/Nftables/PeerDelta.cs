using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Addresses and who they are, as the kernel has them: without overlaps.</summary>
/// <param name="First">First address.</param>
/// <param name="Last">Last address.</param>
/// <param name="Identity">Who they are.</param>
/// <param name="IsBlock">Whether they are what is left of a block; otherwise it is a single address.</param>
internal readonly record struct AddressRange(IpAddress First, IpAddress Last, PeerIdentity Identity, bool IsBlock);

/// <summary>How addresses change who they are.</summary>
internal static class PeerDelta
{
    /// <summary>Ranges that differ. Blocks of a family are compared as a whole, since one may cut another into pieces.</summary>
    public static TableDelta<AddressRange> Between(PolicyTable before, PolicyTable after)
    {
        var peers = TableDelta.Peers(before, after);
        var delta = new TableDelta<AddressRange>(
            [.. peers.Gone.Where(peer => !PeerBlocks.IsBlock(peer)).Select(Single)],
            [.. peers.Come.Where(peer => !PeerBlocks.IsBlock(peer)).Select(Single)]);
        foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (!peers.Gone.Concat(peers.Come).Any(peer => PeerBlocks.IsBlock(peer) && peer.Range.IsV6 == v6))
                continue;
            var (old, wanted) = (PeerBlocks.Flatten(before.Peers, v6), PeerBlocks.Flatten(after.Peers, v6));
            delta.Gone.AddRange(old.Except(wanted));
            delta.Come.AddRange(wanted.Except(old));
        }

        return delta;
    }

    private static AddressRange Single(Peer peer) => new(peer.Range.Network, peer.Range.Network, peer.Identity, IsBlock: false);
}
