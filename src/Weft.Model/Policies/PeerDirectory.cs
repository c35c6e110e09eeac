namespace Weft.Model.Policies;

/// <summary>Finds who an address is: the longest prefix decides.</summary>
internal sealed class PeerDirectory
{
    private readonly Dictionary<IpPrefix, PeerIdentity> _identities = [];

    // Prefix lengths that occur, the longest in front.
    private readonly int[] _lengths4;
    private readonly int[] _lengths6;

    public PeerDirectory(EquatableArray<Peer> peers)
    {
        foreach (var peer in peers)
            _identities[peer.Range] = peer.Identity;
        _lengths4 = Lengths(peers, v6: false);
        _lengths6 = Lengths(peers, v6: true);
    }

    public PeerIdentity? Find(IpAddress address)
    {
        foreach (var length in address.IsV6 ? _lengths6 : _lengths4)
        {
            if (_identities.TryGetValue(new IpPrefix(address, length), out var identity))
                return identity;
        }

        return null;
    }

    private static int[] Lengths(EquatableArray<Peer> peers, bool v6) =>
        [.. peers.Where(peer => peer.Range.IsV6 == v6).Select(peer => peer.Range.Length).Distinct().OrderDescending()];
}
