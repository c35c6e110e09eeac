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

    // Those with real servers that only end the connections they have.
    private readonly HashSet<VirtualAddress> _draining = [];

    /// <summary>Forgets, and takes over those of <paramref name="owned"/> that are there.</summary>
    public void Read(IReadOnlySet<VirtualAddress> owned)
    {
        _current.Clear();
        _draining.Clear();
        foreach (var server in ipvs.Read().Where(server => owned.Contains(server.Address)))
            _current.Add(server.Address, server);
    }

    /// <summary>Whether something is not as that plan has it; real servers that only drain do not count.</summary>
    public bool DiffersFrom(IpvsPlan plan) =>
        plan.Servers.Count != _current.Count
        || plan.Servers.Any(wanted => !_current.TryGetValue(wanted.Address, out var found)
            || (found with { Servers = found.Servers.Where(real => real.Weight > 0).ToEquatableArray() }) != wanted);

    /// <summary>Which there are beside these.</summary>
    public List<VirtualAddress> Others(IReadOnlyList<VirtualServer> wanted) => _current.Keys.Except(wanted.Select(server => server.Address)).ToList();

    /// <summary>Removes virtual servers; returns how many.</summary>
    public int Remove(IReadOnlyList<VirtualAddress> stale)
    {
        foreach (var address in stale)
        {
            ipvs.Remove(address);
            _current.Remove(address);
            _draining.Remove(address);
        }

        return stale.Count;
    }

    /// <summary>Writes these and goes on with what drains; what is refused becomes a problem of its Service.</summary>
    public int Write(IReadOnlyList<VirtualServer> servers, IpvsProgram program, ImmutableArray<Problem>.Builder problems)
    {
        var changes = 0;
        var draining = _draining.Except(servers.Select(server => server.Address)).Select(program.Find).OfType<VirtualServer>().ToList();
        foreach (var wanted in servers.Concat(draining))
        {
            if (_current.TryGetValue(wanted.Address, out var found) && found == wanted)
                continue;
            try
            {
                changes += Write(wanted, found);
            }
            catch (NetlinkException e)
            {
                problems.Add(new Problem(Object(program.OwnerOf(wanted.Address)), "ProxyRefused", $"{wanted.Address} is not served on this node: {e.Message}"));
            }
        }

        return changes;
    }

    private static string Object(ServicePortName? owner) => $"Service {owner?.Namespace}/{owner?.Service}";

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
        if (draining.Count > 0)
            _draining.Add(wanted.Address);
        else
            _draining.Remove(wanted.Address);
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
