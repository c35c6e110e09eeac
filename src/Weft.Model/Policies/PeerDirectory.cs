namespace Weft.Model.Policies;

/// <summary>Finds who an address is: the longest prefix decides. Made anew for every table, so it looks nothing up before it is asked.</summary>
/// <param name="peers">Peers, sorted.</param>
internal sealed class PeerDirectory(EquatableArray<Peer> peers)
{
    // Prefix lengths that occur, the longest in front.
    private int[]? _lengths4;
    private int[]? _lengths6;

    public PeerIdentity? Find(IpAddress address)
    {
        foreach (var length in address.IsV6 ? _lengths6 ??= Lengths(v6: true) : _lengths4 ??= Lengths(v6: false))
        {
            if (SortedSearch.Find(peers.AsSpan(), new IpPrefix(address, length), static peer => peer.Range) is { } found)
                return found.Identity;
        }

        return null;
    }

    private int[] Lengths(bool v6)
    {
        var seen = new bool[IpPrefix.AnyV6.HostBits + 1];
        foreach (var peer in peers.AsSpan())
            seen[peer.Range.Length] |= peer.Range.IsV6 == v6;
        return [.. Enumerable.Range(0, seen.Length).Where(length => seen[length]).OrderDescending()];
    }
}
