using Weft.Model;
using Weft.Model.Services;
using Weft.Netlink.Conntrack;

namespace Weft.Node.Proxy.Connections;

/// <summary>Which flows of some frontends lead nowhere any more. Pure.</summary>
/// <remarks>
/// A flow keeps the endpoint that its first packet was given, for as long as packets come: so of UDP and SCTP, where nobody closes a
/// connection to an endpoint that has left, such flows must be forgotten. So must those that were let pass as they were, before the Service had
/// endpoints, once it has some.
/// </remarks>
internal sealed class FlowRules
{
    private readonly Dictionary<(byte Protocol, IpAddress Address, ushort Port), HashSet<(IpAddress, ushort)>> _addresses = [];
    private readonly Dictionary<(byte Protocol, bool IsV6, ushort Port), HashSet<(IpAddress, ushort)>> _nodePorts = [];
    private readonly HashSet<(bool IsV6, byte Protocol)> _kinds = [];
    private readonly List<IpPrefix> _ranges = [];

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => _kinds.Count == 0;

    /// <summary>Whether a look at node ports, and so at the node's addresses, is needed.</summary>
    public bool HasNodePorts => _nodePorts.Count > 0;

    /// <summary>What to list.</summary>
    public IEnumerable<FlowFilter> Filters => _kinds.Order().Select(kind => new FlowFilter { IsV6 = kind.IsV6, Protocol = kind.Protocol });

    /// <summary>A port that is served: its flows may go to these endpoints only.</summary>
    public void Serve(ProxiedPort port, IEnumerable<(IpAddress, ushort)> endpoints)
    {
        var allowed = endpoints.ToHashSet();
        foreach (var backend in port.ClusterBackends)
            allowed.Add((backend.Address, backend.Port));
        foreach (var backend in port.LocalBackends)
            allowed.Add((backend.Address, backend.Port));
        Put(port, allowed);
    }

    /// <summary>A port that was served before and may be no more; what <see cref="Serve"/> says later holds.</summary>
    public void Forget(ProxiedPort port) => Put(port, []);

    /// <summary>Whatever leads from these addresses to an endpoint is stale when no port is served there.</summary>
    public void ForgetUnserved(EquatableArray<IpPrefix> serviceRanges)
    {
        foreach (var range in serviceRanges)
        {
            _ranges.Add(range);
            _kinds.Add((range.IsV6, (byte)L4Protocol.Udp));
            _kinds.Add((range.IsV6, (byte)L4Protocol.Sctp));
        }
    }

    /// <summary>Whether a flow leads nowhere any more.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="nodeAddresses">The node's own addresses, which take node ports.</param>
    public bool IsStale(Flow flow, IReadOnlySet<IpAddress> nodeAddresses)
    {
        if (AllowedOf(flow.Original, nodeAddresses) is { } allowed)
            return !allowed.Contains((flow.Reply.Source, flow.Reply.SourcePort)) && (flow.HasNewDestination || allowed.Count > 0);
        return flow.HasNewDestination && _ranges.Exists(range => range.Contains(flow.Original.Destination));
    }

    private HashSet<(IpAddress, ushort)>? AllowedOf(FlowTuple original, IReadOnlySet<IpAddress> nodeAddresses)
    {
        if (_addresses.TryGetValue((original.Protocol, original.Destination, original.DestinationPort), out var allowed))
            return allowed;
        return nodeAddresses.Contains(original.Destination)
            ? _nodePorts.GetValueOrDefault((original.Protocol, original.Destination.IsV6, original.DestinationPort))
            : null;
    }

    private void Put(ProxiedPort port, HashSet<(IpAddress, ushort)> allowed)
    {
        var protocol = (byte)port.Name.Protocol;
        foreach (var frontend in port.Frontends)
        {
            _kinds.Add((port.IsV6, protocol));
            if (frontend.Address is { } address)
                _addresses[(protocol, address, frontend.Port)] = allowed;
            else
                _nodePorts[(protocol, port.IsV6, frontend.Port)] = allowed;
        }
    }
}
