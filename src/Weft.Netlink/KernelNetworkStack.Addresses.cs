using Weft.Model.Links;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

public sealed partial class KernelNetworkStack
{
    /// <inheritdoc/>
    public IReadOnlyList<InterfaceAddress> Addresses(string? device = null)
    {
        var operation = new Operation("list addresses", device);
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        AddressCodec.WriteGet(ref writer, IndexOrNull(device, operation) ?? 0);
        return _socket.Dump(writer.Complete(), operation, (message, ref error) => AddressCodec.Parse(message, names, ref error));
    }

    /// <inheritdoc/>
    public void AddAddress(InterfaceAddress address) =>
        Put(address, NetlinkFlags.Create | NetlinkFlags.Exclusive, new Operation("add address", address));

    /// <inheritdoc/>
    public void ReplaceAddress(InterfaceAddress address) =>
        Put(address, NetlinkFlags.Create | NetlinkFlags.Replace, new Operation("replace address", address));

    /// <inheritdoc/>
    public bool DeleteAddress(InterfaceAddress address)
    {
        var operation = new Operation("delete address", address);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        AddressCodec.Write(ref writer, RtMsg.DelAddr, 0, address, DeviceNames.Require(Transport, address.Device, operation));
        return TryDelete(writer.Complete(), operation);
    }

    private void Put(InterfaceAddress address, ushort flags, Operation operation)
    {
        CheckLength(address);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        AddressCodec.Write(ref writer, RtMsg.NewAddr, flags, address, DeviceNames.Require(Transport, address.Device, operation));
        _socket.Execute(writer.Complete(), operation);
    }

    private static void CheckLength(InterfaceAddress address)
    {
        if (address.PrefixLength < 0 || address.PrefixLength > address.Address.BitLength)
            throw new ArgumentException($"{address}: the prefix length lies outside of 0 to {address.Address.BitLength}", nameof(address));
    }
}
