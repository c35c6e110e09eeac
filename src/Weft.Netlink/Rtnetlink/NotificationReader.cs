using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Turns notifications into changes, and keeps the names of links so that it can still name one that has just gone.</summary>
internal sealed class NotificationReader(DeviceNames names, NetworkTopics topics)
{
    private readonly List<NetworkChange> _changes = [];

    /// <summary>The changes in one datagram; one that cannot be read becomes a resync. The list is valid until the next call.</summary>
    public IReadOnlyList<NetworkChange> Read(ReadOnlySpan<byte> datagram)
    {
        _changes.Clear();
        var messages = new MessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            var error = default(DecodeError);
            var change = Read(message, ref error);
            if (error.Any)
                _changes.Add(new NetworkChange.Resync());
            else if (change is not null)
                _changes.Add(change);
        }

        if (messages.Malformed)
            _changes.Add(new NetworkChange.Resync());
        return _changes;
    }

    public void ForgetNames() => names.Clear();

    private NetworkChange? Read(NetlinkMessage message, ref DecodeError error)
    {
        switch (message.Type)
        {
            case RtMsg.NewLink or RtMsg.DelLink:
                return ReadLink(message, ref error);
            case RtMsg.NewAddr or RtMsg.DelAddr when Wants(NetworkTopics.Addresses):
                return AddressCodec.Parse(message, names, ref error) is { } address ? new NetworkChange.OfAddress(address, message.Type == RtMsg.DelAddr) : null;
            case RtMsg.NewRoute or RtMsg.DelRoute when Wants(NetworkTopics.Routes):
                return RouteCodec.Parse(message, names, cached: false, ref error) is { } route ? new NetworkChange.OfRoute(route, message.Type == RtMsg.DelRoute) : null;
            case RtMsg.NewNeigh or RtMsg.DelNeigh when Wants(NetworkTopics.Neighbours):
                return NeighbourCodec.Parse(message, names, ref error) is { } neighbour ? new NetworkChange.OfNeighbour(neighbour, message.Type == RtMsg.DelNeigh) : null;
            default:
                return null;
        }
    }

    // A bridge also tells of its ports in messages of its own family, of which "deleted" means no more than "left the bridge".
    private NetworkChange.OfLink? ReadLink(NetlinkMessage message, ref DecodeError error)
    {
        if (message.Payload is [Family.Bridge, ..] || LinkCodec.Parse(message, names, ref error) is not { } link)
            return null;
        var removed = message.Type == RtMsg.DelLink;
        if (removed)
            names.Forget(link.Index);
        else
            names.Learn(link.Index, link.Name);
        return Wants(NetworkTopics.Links) ? new NetworkChange.OfLink(link, removed) : null;
    }

    private bool Wants(NetworkTopics topic) => (topics & topic) != 0;
}
