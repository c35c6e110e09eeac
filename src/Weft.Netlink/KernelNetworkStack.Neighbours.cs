using Weft.Model.Routes;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

public sealed partial class KernelNetworkStack
{
    /// <inheritdoc/>
    public IReadOnlyList<Neighbour> Neighbours(string? device = null)
    {
        var operation = new Operation("list neighbours", device);
        var index = IndexOrNull(device, operation);
        var neighbours = ListNeighbours(proxy: false, index, operation);
        neighbours.AddRange(ListNeighbours(proxy: true, index, operation));
        return neighbours;
    }

    /// <inheritdoc/>
    public void ReplaceNeighbour(Neighbour neighbour)
    {
        var operation = new Operation("set neighbour", neighbour);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        var index = DeviceNames.Require(Transport, neighbour.Device, operation);
        NeighbourCodec.Write(ref writer, RtMsg.NewNeigh, NetlinkFlags.Create | NetlinkFlags.Replace, neighbour, index);
        _socket.Execute(writer.Complete(), operation);
    }

    /// <inheritdoc/>
    public bool DeleteNeighbour(Neighbour neighbour)
    {
        var operation = new Operation("delete neighbour", neighbour);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        NeighbourCodec.Write(ref writer, RtMsg.DelNeigh, 0, neighbour, DeviceNames.Require(Transport, neighbour.Device, operation));
        return TryDelete(writer.Complete(), operation);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ForwardingEntry> Forwarding(string? device = null)
    {
        var operation = new Operation("list forwarding entries", device);
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        NeighbourCodec.WriteList(ref writer, Family.Bridge, proxy: false, IndexOrNull(device, operation));
        return _socket.Dump(writer.Complete(), operation, (message, ref error) => NeighbourCodec.ParseForwarding(message, names, ref error));
    }

    /// <inheritdoc/>
    public void ReplaceForwarding(ForwardingEntry entry) =>
        Put(entry, NetlinkFlags.Create | NetlinkFlags.Replace, new Operation("set forwarding entry", entry));

    /// <inheritdoc/>
    public void AppendForwarding(ForwardingEntry entry) =>
        Put(entry, NetlinkFlags.Create | NetlinkFlags.Append, new Operation("append forwarding entry", entry));

    /// <inheritdoc/>
    public bool DeleteForwarding(ForwardingEntry entry)
    {
        var operation = new Operation("delete forwarding entry", entry);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        NeighbourCodec.Write(ref writer, RtMsg.DelNeigh, 0, entry, DeviceNames.Require(Transport, entry.Device, operation));
        return TryDelete(writer.Complete(), operation);
    }

    private void Put(ForwardingEntry entry, ushort flags, Operation operation)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        NeighbourCodec.Write(ref writer, RtMsg.NewNeigh, flags, entry, DeviceNames.Require(Transport, entry.Device, operation));
        _socket.Execute(writer.Complete(), operation);
    }

    private List<Neighbour> ListNeighbours(bool proxy, int? index, Operation operation)
    {
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        NeighbourCodec.WriteList(ref writer, Family.Unspecified, proxy, index);
        return _socket.Dump(writer.Complete(), operation, (message, ref error) => NeighbourCodec.Parse(message, names, ref error));
    }
}
