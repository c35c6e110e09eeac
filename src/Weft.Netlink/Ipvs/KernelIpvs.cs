using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Ipvs;

/// <summary>The kernel's IP virtual server in the network namespace of the thread that opened it, by generic netlink.</summary>
/// <remarks>
/// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace, and the module <c>ip_vs</c>, which opening asks for. Tried on Linux 6.1.
/// </remarks>
public sealed class KernelIpvs : IIpvs
{
    private const int RequestSize = 512;
    private readonly NetlinkSocket _socket;
    private readonly ushort _family;

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <exception cref="NetlinkException">ENOENT: the kernel has no IPVS (<see cref="NetlinkException.NotFound"/>).</exception>
    public KernelIpvs()
    {
        _socket = new NetlinkSocket(NetlinkProtocol.Generic);
        try
        {
            _family = GenericFamily.Find(_socket, "IPVS");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>That of a namespace, entered for a moment to open the socket there.</summary>
    /// <exception cref="NetlinkException">The kernel has no IPVS.</exception>
    public static KernelIpvs Open(NetworkNamespace where) => where.Run(static () => new KernelIpvs());

    /// <inheritdoc/>
    public IReadOnlyList<VirtualServer> Read()
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        GenericFamily.Begin(ref writer, _family, IpvsNumbers.GetService, IpvsNumbers.Version);
        var servers = _socket.Dump(writer.Complete(), "list virtual servers", IpvsCodec.ReadServer);
        return servers.ConvertAll(server => server with
        {
            Servers = Destinations(server.Address).Select(state => state.Server)
                .OrderBy(real => real.Address).ThenBy(real => real.Port).ToEquatableArray(),
        });
    }

    /// <inheritdoc/>
    public void Put(VirtualServer server)
    {
        try
        {
            Write(IpvsNumbers.NewService, server);
        }
        catch (NetlinkException e) when (e.AlreadyExists)
        {
            Write(IpvsNumbers.SetService, server);
        }
    }

    /// <inheritdoc/>
    public bool Remove(VirtualAddress address)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        Begin(ref writer, IpvsNumbers.DeleteService, address);
        try
        {
            _socket.Execute(writer.Complete(), new Operation("delete virtual server", address));
            return true;
        }
        catch (NetlinkException e) when (e.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Put(VirtualAddress address, RealServer server)
    {
        try
        {
            Write(IpvsNumbers.NewDestination, address, server);
        }
        catch (NetlinkException e) when (e.AlreadyExists)
        {
            Write(IpvsNumbers.SetDestination, address, server);
        }
    }

    /// <inheritdoc/>
    public bool Remove(VirtualAddress address, RealServer server)
    {
        try
        {
            Write(IpvsNumbers.DeleteDestination, address, server);
            return true;
        }
        catch (NetlinkException e) when (e.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public uint Connections(VirtualAddress address, RealServer server)
    {
        try
        {
            return Destinations(address).Find(state => state.Server.Address == server.Address && state.Server.Port == server.Port)?.ActiveConnections ?? 0;
        }
        catch (NetlinkException e) when (e.NotFound)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private List<RealServerState> Destinations(VirtualAddress address)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        Begin(ref writer, IpvsNumbers.GetDestination, address);
        return _socket.Dump(writer.Complete(), new Operation("list real servers of", address), IpvsCodec.ReadDestination);
    }

    private void Write(byte command, VirtualServer server)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        GenericFamily.Begin(ref writer, _family, command, IpvsNumbers.Version);
        var nest = writer.Open(IpvsNumbers.Service);
        IpvsCodec.Write(ref writer, server);
        writer.Close(nest);
        _socket.Execute(writer.Complete(), new Operation("write virtual server", server.Address));
    }

    private void Write(byte command, VirtualAddress address, RealServer server)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        Begin(ref writer, command, address);
        var nest = writer.Open(IpvsNumbers.Destination);
        IpvsCodec.Write(ref writer, server);
        writer.Close(nest);
        _socket.Execute(writer.Complete(), new Operation("write real server", server.Address));
    }

    private void Begin(ref NetlinkWriter writer, byte command, VirtualAddress address)
    {
        GenericFamily.Begin(ref writer, _family, command, IpvsNumbers.Version);
        var nest = writer.Open(IpvsNumbers.Service);
        IpvsCodec.WriteAddress(ref writer, address);
        writer.Close(nest);
    }
}
