using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Ipvs;

/// <summary>IPVS in memory. One contract suite holds it and the kernel together.</summary>
public sealed class FakeIpvs : IIpvs
{
    private readonly SortedDictionary<VirtualAddress, VirtualServer> _servers = [];

    /// <summary>Which schedulers there are.</summary>
    public HashSet<string> Schedulers { get; } = ["rr", "wrr", "sh"];

    /// <summary>Open connections, for tests that need some.</summary>
    public Dictionary<(VirtualAddress Address, IpAddress Server), uint> Open { get; } = [];

    /// <summary>How often something was written or removed.</summary>
    public int Writes { get; private set; }

    /// <summary>Whether this process may not even look, as root of a user namespace.</summary>
    public bool IsForbidden { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<VirtualServer> Read() => IsForbidden ? throw new NetlinkException("list virtual servers", Errno.EPERM) : [.. _servers.Values];

    /// <inheritdoc/>
    public void Put(VirtualServer server)
    {
        Writes++;
        if (!Schedulers.Contains(server.Scheduler))
            throw new NetlinkException($"write virtual server {server.Address}", Errno.ENOENT);
        _servers[server.Address] = server with { Servers = Find(server.Address)?.Servers ?? [] };
    }

    /// <inheritdoc/>
    public bool Remove(VirtualAddress address)
    {
        Writes++;
        return _servers.Remove(address);
    }

    /// <inheritdoc/>
    public void Put(VirtualAddress address, RealServer server)
    {
        Writes++;
        var found = Find(address) ?? throw new NetlinkException($"write real server {server.Address}", Errno.ESRCH);
        Become(found, Others(found, server).Append(server));
    }

    /// <inheritdoc/>
    public bool Remove(VirtualAddress address, RealServer server)
    {
        Writes++;
        if (Find(address) is not { } found || Others(found, server).Count() == found.Servers.Count)
            return false;
        Become(found, Others(found, server));
        return true;
    }

    /// <inheritdoc/>
    public uint Connections(VirtualAddress address, RealServer server) => Open.GetValueOrDefault((address, server.Address));

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private VirtualServer? Find(VirtualAddress address) => _servers.GetValueOrDefault(address);

    private static IEnumerable<RealServer> Others(VirtualServer of, RealServer server) =>
        of.Servers.Where(other => other.Address != server.Address || other.Port != server.Port);

    private void Become(VirtualServer server, IEnumerable<RealServer> servers) => _servers[server.Address] = server with
    {
        Servers = servers.OrderBy(real => real.Address).ThenBy(real => real.Port).ToEquatableArray(),
    };
}
