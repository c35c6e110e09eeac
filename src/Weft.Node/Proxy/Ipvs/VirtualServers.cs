using System.Collections.Immutable;
using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Ipvs;

namespace Weft.Node.Proxy.Ipvs;

/// <summary>The virtual servers of one target: remembers what it wrote, and writes what differs.</summary>
/// <param name="ipvs">Where they are.</param>
internal sealed class VirtualServers(IIpvs ipvs)
{
    private readonly Dictionary<VirtualAddress, VirtualServer> _current = [];

    /// <summary>Forgets, and takes over those of <paramref name="owned"/> that are there.</summary>
    public void Read(IReadOnlySet<VirtualAddress> owned)
    {
        _current.Clear();
        foreach (var server in ipvs.Read().Where(server => owned.Contains(server.Address)))
            _current.Add(server.Address, server);
    }

    /// <summary>Whether something is not as that plan has it; real servers that only drain do not count.</summary>
    public bool DiffersFrom(IpvsPlan plan) =>
        plan.Servers.Count != _current.Count
        || plan.Servers.Any(wanted => !_current.TryGetValue(wanted.Address, out var found)
            || (found with { Servers = found.Servers.Where(real => real.Weight > 0).ToEquatableArray() }) != wanted);

    /// <summary>Removes those that the plan lacks; returns how many.</summary>
    public int RemoveOthers(IpvsPlan plan)
    {
        var wanted = plan.Servers.Select(server => server.Address).ToHashSet();
        var stale = _current.Keys.Where(address => !wanted.Contains(address)).ToList();
        foreach (var address in stale)
        {
            ipvs.Remove(address);
            _current.Remove(address);
        }

        return stale.Count;
    }

    /// <summary>Writes what the plan has and the kernel lacks; what is refused becomes a problem of its Service.</summary>
    public int Write(IpvsPlan plan, ImmutableArray<Problem>.Builder problems)
    {
        var changes = 0;
        foreach (var wanted in plan.Servers)
        {
            if (_current.TryGetValue(wanted.Address, out var found) && (ReferenceEquals(found, wanted) || found == wanted))
                continue;
            try
            {
                changes += Write(wanted, found);
            }
            catch (NetlinkException e)
            {
                var name = plan.Owners[wanted.Address];
                problems.Add(new Problem($"Service {name.Namespace}/{name.Service}", "ProxyRefused", $"{wanted.Address} is not served on this node: {e.Message}"));
            }
        }

        return changes;
    }

    private int Write(VirtualServer wanted, VirtualServer? found)
    {
        var changes = 0;
        if (found is null || found with { Servers = wanted.Servers } != wanted)
        {
            ipvs.Put(wanted);
            changes++;
        }

        var rest = (found?.Servers ?? []).ToDictionary(real => (real.Address, real.Port));
        foreach (var real in wanted.Servers)
        {
            if (rest.Remove((real.Address, real.Port), out var old) && old == real)
                continue;
            ipvs.Put(wanted.Address, real);
            changes++;
        }

        var draining = new List<RealServer>();
        foreach (var real in rest.Values)
            changes += Leave(wanted.Address, real, draining);
        _current[wanted.Address] = wanted with { Servers = wanted.Servers.Concat(draining).OrderBy(real => real.Address).ThenBy(real => real.Port).ToEquatableArray() };
        return changes;
    }

    /// <summary>One with open connections keeps them and gets no new ones; a later turn removes it.</summary>
    private int Leave(VirtualAddress address, RealServer real, List<RealServer> draining)
    {
        if (address.Protocol == L4Protocol.Udp || ipvs.Connections(address, real) == 0)
        {
            ipvs.Remove(address, real);
            return 1;
        }

        draining.Add(real with { Weight = 0 });
        if (real.Weight == 0)
            return 0;
        ipvs.Put(address, real with { Weight = 0 });
        return 1;
    }
}
