using Weft.Model.Ipvs;

namespace Weft.Netlink.Ipvs;

/// <summary>The IP virtual server of one network namespace: the kernel's, or a fake that behaves the same.</summary>
public interface IIpvs : IDisposable
{
    /// <summary>All virtual servers with their real ones. Those that are known by a firewall mark only are left out.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    IReadOnlyList<VirtualServer> Read();

    /// <summary>Makes a virtual server, or gives one its scheduler and persistence. Its real servers are not touched.</summary>
    /// <exception cref="NetlinkException">ENOENT: no such scheduler.</exception>
    void Put(VirtualServer server);

    /// <summary>Removes a virtual server with its real ones; false when there was none.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    bool Remove(VirtualAddress address);

    /// <summary>Adds a real server, or gives one its weight.</summary>
    /// <exception cref="NetlinkException">ESRCH: no such virtual server.</exception>
    void Put(VirtualAddress address, RealServer server);

    /// <summary>Removes a real server; false when there was none. Its connections end.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    bool Remove(VirtualAddress address, RealServer server);

    /// <summary>How many connections to a real server are open; 0 when there is no such server.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    uint Connections(VirtualAddress address, RealServer server);
}
