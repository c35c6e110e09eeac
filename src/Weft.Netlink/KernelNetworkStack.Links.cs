using Weft.Model.Links;
using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

public sealed partial class KernelNetworkStack
{
    private static readonly LinkChange SwitchedOn = new() { Up = true };

    /// <inheritdoc/>
    public IReadOnlyList<Link> Links()
    {
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        LinkCodec.WriteGet(ref writer, name: null);
        return _socket.Dump(writer.Complete(), "list links", (message, ref error) => LinkCodec.Parse(message, names, ref error));
    }

    /// <inheritdoc/>
    public Link? FindLink(string name)
    {
        if (!DeviceNames.IsValid(name))
            return null;
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        LinkCodec.WriteGet(ref writer, name);
        try
        {
            return _socket.Get(writer.Complete(), new Operation("find link", name), (message, ref error) => LinkCodec.Parse(message, names, ref error));
        }
        catch (NetlinkException exception) when (exception.Errno == Errno.ENODEV)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void CreateLink(LinkSpec spec)
    {
        DeviceNames.Check(spec.Name);
        if (spec.Kind is VethKind)
            throw new ArgumentException("a veth is made with both of its ends: use CreateVeth", nameof(spec));
        var operation = new Operation("create", spec);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.NewLink, NetlinkFlags.Create | NetlinkFlags.Exclusive);
        LinkCodec.WriteHeader(ref writer, index: 0, spec.Up ? true : null);
        writer.PutString(Ifla.Name, spec.Name);
        LinkCodec.WriteCommon(ref writer, spec.Mtu, spec.Address);
        if (spec.Master is { } master)
            writer.PutU32(Ifla.Master, (uint)DeviceNames.Require(Transport, master, operation));
        LinkKindCodec.Write(ref writer, spec.Kind, Transport, operation);
        _socket.Execute(writer.Complete(), operation);
        SetPort(spec.Name, spec.Port, operation);
    }

    /// <inheritdoc/>
    public void CreateVeth(VethSpec spec, INetworkStack? peer = null)
    {
        DeviceNames.Check(spec.Name);
        DeviceNames.Check(spec.PeerName);
        var operation = new Operation("create", spec);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.NewLink, NetlinkFlags.Create | NetlinkFlags.Exclusive);
        LinkCodec.WriteHeader(ref writer, index: 0, spec.Up ? true : null);
        writer.PutString(Ifla.Name, spec.Name);
        LinkCodec.WriteCommon(ref writer, spec.Mtu, spec.Address);
        if (spec.Master is { } master)
            writer.PutU32(Ifla.Master, (uint)DeviceNames.Require(Transport, master, operation));
        LinkCodec.WriteVethInfo(ref writer, spec, peer is null ? null : Kernel(peer).NamespaceDescriptor());
        _socket.Execute(writer.Complete(), operation);
        SetPort(spec.Name, spec.Port, operation);
        if (spec.PeerUp)
            SwitchPeerOn(spec, Kernel(peer ?? this));
    }

    /// <inheritdoc/>
    public void ChangeLink(string name, LinkChange change)
    {
        var operation = new Operation("change link", name);
        var index = DeviceNames.Require(Transport, name, operation);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.NewLink, 0);
        LinkCodec.WriteHeader(ref writer, index, change.Up, change.Promiscuous);
        if (change.Name is { } newName)
        {
            DeviceNames.Check(newName);
            writer.PutString(Ifla.Name, newName);
        }

        LinkCodec.WriteCommon(ref writer, change.Mtu, change.Address);
        if (change.Master is { } master)
            writer.PutU32(Ifla.Master, master.Length == 0 ? 0 : (uint)DeviceNames.Require(Transport, master, operation));
        if (change.Kind is { } kind)
            LinkKindCodec.Write(ref writer, kind, Transport, operation);
        _socket.Execute(writer.Complete(), operation);
        if (change.Port is { } port)
            SetPort(index, port, operation);
    }

    /// <inheritdoc/>
    public void MoveLink(string name, INetworkStack target, string? newName = null)
    {
        var operation = new Operation("move link to another namespace:", name);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.NewLink, 0);
        LinkCodec.WriteHeader(ref writer, DeviceNames.Require(Transport, name, operation));
        writer.PutU32(Ifla.NetNsFd, (uint)Kernel(target).NamespaceDescriptor());
        if (newName is not null)
        {
            DeviceNames.Check(newName);
            writer.PutString(Ifla.Name, newName);
        }

        _socket.Execute(writer.Complete(), operation);
    }

    /// <inheritdoc/>
    public bool DeleteLink(string name)
    {
        if (!DeviceNames.IsValid(name))
            return false;
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.DelLink, 0);
        LinkCodec.WriteHeader(ref writer);
        writer.PutString(Ifla.Name, name);
        return TryDelete(writer.Complete(), new Operation("delete link", name));
    }

    // The kernel refuses (ENOTCONN) to switch the far end on in the request that makes it: there is no near end yet.
    private void SwitchPeerOn(VethSpec spec, KernelNetworkStack peer)
    {
        try
        {
            peer.ChangeLink(spec.PeerName, SwitchedOn);
        }
        catch (NetlinkException)
        {
            DeleteLink(spec.Name);
            throw;
        }
    }

    // The kernel takes settings of a port only once the link is one. When it refuses them the link goes again: nothing half-made stays.
    private void SetPort(string name, BridgePort? port, Operation operation)
    {
        if (port is null)
            return;
        try
        {
            SetPort(DeviceNames.Require(Transport, name, operation), port, operation);
        }
        catch (NetlinkException)
        {
            DeleteLink(name);
            throw;
        }
    }

    private void SetPort(int index, BridgePort port, Operation operation)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.Begin(RtMsg.NewLink, 0);
        LinkCodec.WriteHeader(ref writer, index);
        PortCodec.Write(ref writer, port);
        _socket.Execute(writer.Complete(), operation);
    }

    private bool TryDelete(Span<byte> request, Operation operation)
    {
        try
        {
            _socket.Execute(request, operation);
            return true;
        }
        catch (NetlinkException exception) when (exception.NotFound)
        {
            return false;
        }
    }
}
