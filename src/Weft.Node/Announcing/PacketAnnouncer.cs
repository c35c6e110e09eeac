using System.Collections.Frozen;
using Weft.Model;
using Weft.Netlink.LinkLayer;

namespace Weft.Node.Announcing;

/// <summary>Answers ARP and neighbour discovery by packet sockets: the kernel holds nothing of it, so nothing is left behind, whatever ends the agent.</summary>
/// <param name="metrics">Counts answers.</param>
internal sealed class PacketAnnouncer(AnnounceMetrics metrics) : IAnnouncer
{
    private static readonly MacAddress Broadcast = new(0xFFFF_FFFF_FFFF);

    private readonly Dictionary<(AnnouncedLink Link, bool IsV6), Ear> _ears = [];
    private readonly HashSet<(int Link, IpAddress Group)> _groups = [];
    private MulticastMembership? _membership;
    private EquatableArray<IpRange> _ranges;
    private volatile FrozenDictionary<IpAddress, AnnouncedAddress> _served = FrozenDictionary<IpAddress, AnnouncedAddress>.Empty;

    public Action<IpAddress, MacAddress>? Claimed { get; set; }

    public void Serve(EquatableArray<AnnouncedAddress> addresses, EquatableArray<IpRange> ranges)
    {
        _served = addresses.ToFrozenDictionary(address => address.Address);
        if (ranges != _ranges)
            Close(_ears.Keys);
        _ranges = ranges;
        var wanted = addresses.Select(address => (address.Link, address.Address.IsV6)).ToHashSet();
        Close(_ears.Keys.Except(wanted));
        JoinGroups(addresses);
        foreach (var place in wanted.Where(place => !_ears.ContainsKey(place)))
            _ears.Add(place, Open(place.Link, place.IsV6));
    }

    public void Announce(AnnouncedAddress address)
    {
        metrics.NoteAnnouncement();
        if (address.Address.IsV6)
        {
            Send(address, NeighbourMessage.Announcement(address.Source, address.Link.Mac, address.Address));
            return;
        }

        // Most machines heed either form, some only one of them.
        Send(address, ArpPacket.Announcement(ArpOperation.Request, address.Link.Mac, address.Address));
        Send(address, ArpPacket.Announcement(ArpOperation.Reply, address.Link.Mac, address.Address));
    }

    public void Probe(AnnouncedAddress address)
    {
        if (address.Address.IsV6)
            Send(address, NeighbourMessage.Probe(address.Address));
        else
            Send(address, ArpPacket.Probe(address.Link.Mac, address.Address));
    }

    public void Dispose()
    {
        Close(_ears.Keys);
        _membership?.Dispose();
    }

    private void Close(IEnumerable<(AnnouncedLink Link, bool IsV6)> places)
    {
        foreach (var place in places.ToList())
        {
            _ears.Remove(place, out var ear);
            ear!.Listener.Dispose();
        }
    }

    private Ear Open(AnnouncedLink link, bool v6)
    {
        var blocks = _ranges.Select(range => range.Cover).ToList();
        var socket = v6 ? PacketSocket.ForNeighbourDiscovery(link.Index, blocks) : PacketSocket.ForArp(link.Index, blocks);
        return new Ear(socket, new PacketListener(socket, v6
            ? (packet, sender) => HearNeighbourDiscovery(socket, link, packet, sender)
            : (packet, sender) => HearArp(socket, link, packet, sender)));
    }

    private void JoinGroups(EquatableArray<AnnouncedAddress> addresses)
    {
        var wanted = addresses.Where(address => address.Address.IsV6).Select(address => (address.Link.Index, NeighbourMessage.SolicitedNode(address.Address))).ToHashSet();
        foreach (var (link, group) in _groups.Except(wanted).ToList())
        {
            _membership!.Leave(link, group);
            _groups.Remove((link, group));
        }

        foreach (var (link, group) in wanted.Except(_groups).ToList())
        {
            (_membership ??= new MulticastMembership()).Join(link, group);
            _groups.Add((link, group));
        }
    }

    private void HearArp(PacketSocket socket, AnnouncedLink link, ReadOnlySpan<byte> bytes, MacAddress sender)
    {
        if (!ArpPacket.TryRead(bytes, out var packet))
            return;
        if (packet.SenderMac != link.Mac && Find(packet.SenderIp, link) is not null)
            Claimed?.Invoke(packet.SenderIp, packet.SenderMac);
        if (packet.Operation != ArpOperation.Request || packet.SenderIp == packet.TargetIp || Find(packet.TargetIp, link) is null)
            return;
        Span<byte> answer = stackalloc byte[ArpPacket.Length];
        packet.ReplyFrom(link.Mac).Write(answer);
        _ = socket.Send(answer, sender);
        metrics.NoteAnswer(v6: false);
    }

    private void HearNeighbourDiscovery(PacketSocket socket, AnnouncedLink link, ReadOnlySpan<byte> bytes, MacAddress sender)
    {
        if (!NeighbourMessage.TryRead(bytes, out var message) || Find(message.Target, link) is not { } address)
            return;
        var told = message.HardwareAddress ?? sender;
        if (message.Type == NeighbourMessageType.Advertisement)
        {
            if (told != link.Mac)
                Claimed?.Invoke(message.Target, told);
            return;
        }

        var reply = message.ReplyFrom(address.Source, link.Mac);
        Span<byte> answer = stackalloc byte[NeighbourMessage.MaxLength];
        _ = socket.Send(answer[..reply.Write(answer)], reply.Destination.IsMulticast ? NeighbourMessage.GroupMac(reply.Destination) : told);
        metrics.NoteAnswer(v6: true);
    }

    private AnnouncedAddress? Find(IpAddress address, AnnouncedLink link) =>
        _served.TryGetValue(address, out var found) && found.Link == link ? found : null;

    private void Send(AnnouncedAddress address, ArpPacket packet)
    {
        if (!_ears.TryGetValue((address.Link, false), out var ear))
            return;
        Span<byte> bytes = stackalloc byte[ArpPacket.Length];
        packet.Write(bytes);
        _ = ear.Socket.Send(bytes, Broadcast);
    }

    private void Send(AnnouncedAddress address, NeighbourMessage message)
    {
        if (!_ears.TryGetValue((address.Link, true), out var ear))
            return;
        Span<byte> bytes = stackalloc byte[NeighbourMessage.MaxLength];
        _ = ear.Socket.Send(bytes[..message.Write(bytes)], NeighbourMessage.GroupMac(message.Destination));
    }

    private sealed record Ear(PacketSocket Socket, PacketListener Listener);
}
