using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Iptables;
using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Policies;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>
/// Predicts the way of a connection's first packet: what the agent of the client's node would program, the route on the other side, and what the
/// policies of both ends say.
/// </summary>
/// <remarks>What others than the agent do on a node (a firewall of its own, another proxy) it cannot know. Not for concurrent use.</remarks>
public sealed class Tracer
{
    private const ushort ClientPort = 40000;
    private readonly ClusterSnapshot _objects;
    private readonly string _node;
    private readonly Func<string, HostView> _machine;
    private readonly TraceMap _map;
    private readonly Reasons _reasons;
    private readonly ServiceTable _table;
    private readonly NodeState _state;
    private readonly ProxyMode _mode;
    private readonly HashSet<IpAddress> _own;
    private readonly PolicyPath _policies;
    private readonly Dictionary<bool, ITargetPath> _paths = [];
    private readonly NftPath _masquerade;

    /// <summary>Compiles the node that the packets begin at (or, from outside, arrive at first).</summary>
    /// <param name="objects">The cluster's objects.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="node">The node.</param>
    /// <param name="machine">What is known of the machine of a node.</param>
    /// <param name="target">How Services are balanced; as the cluster's settings say when null.</param>
    /// <param name="policies">What policies do, where somebody compiled them already.</param>
    public Tracer(
        ClusterSnapshot objects, EquatableArray<Pod> pods, string node, Func<string, HostView> machine, ProxyMode? target = null, PolicyPath? policies = null)
        : this(objects, new TraceMap(objects, pods), node, machine, target, policies ?? new PolicyPath(objects))
    {
    }

    internal Tracer(ClusterSnapshot objects, TraceMap map, string node, Func<string, HostView> machine, ProxyMode? target, PolicyPath policies)
    {
        (_objects, _node, _machine, _map, _policies) = (objects, node, machine, map, policies);
        _table = ServiceCompiler.CompileOnce(objects, node).Table;
        _reasons = new Reasons(objects, _table, node);
        _state = NodeCompiler.Compile(objects, node, machine(node)).Desired;
        _mode = target ?? ClusterSettingsParser.Parse(objects.Configuration?.Data).Settings.Proxy;
        _own = objects.Nodes.Where(other => other.Metadata.Name == node).SelectMany(TraceMap.AddressesOf).ToHashSet();
        _masquerade = new NftPath("", _node, _state.Nftables, _own);
    }

    /// <summary>Traces a connection.</summary>
    public TraceReport Trace(TraceEnd from, TraceEnd to, ushort port, L4Protocol protocol)
    {
        var packet = new NftPacket { Source = from.Address, Destination = to.Address, Protocol = (byte)protocol, SourcePort = ClientPort, DestinationPort = port };
        var hook = _own.Contains(from.Address) ? NftHook.Output : NftHook.Prerouting;
        if (hook == NftHook.Prerouting)
            packet = packet with { InputInterface = from.What.StartsWith("pod ", StringComparison.Ordinal) ? "veth" : "eth0" };
        var path = PathOf(packet.Source.IsV6);
        if (IsDns(to.Address, port, protocol))
            return Ended(OwnDns(from, to, packet, path.Name));
        var passage = path.Enter(hook, packet);
        var owner = _reasons.Serving(to.Address, port, protocol, _own.Contains(to.Address)) is { } served ? $"Service {served.Name}" : null;
        var report = new TraceReport
        {
            From = from,
            To = to,
            Port = port,
            Protocol = protocol.ToString().ToUpperInvariant(),
            Target = path.Name,
            Outcome = passage.Outcome,
            Hops = passage.Hops.Select(hop => hop with { Object = owner }).ToEquatableArray(),
        };
        return passage.Outcome == TraceOutcome.Delivered
            ? Ended(report with { Endpoints = passage.Choices.Select(choice => Endpoint(path, choice, packet, owner, from)).ToEquatableArray() })
            : report with { Reason = _reasons.For(from, to.Address, port, protocol, _own.Contains(to.Address)) };
    }

    /// <summary>Whether the node itself answers: questions for cluster DNS never come to the rules of Services.</summary>
    private bool IsDns(IpAddress address, ushort port, L4Protocol protocol) =>
        port == ClusterDns.Port && protocol is L4Protocol.Udp or L4Protocol.Tcp && _map.DnsAddresses.Contains(address);

    private TraceReport OwnDns(TraceEnd from, TraceEnd to, NftPacket packet, string target)
    {
        var crossing = _policies.Cross(new Connection(packet.Source, packet.Destination, packet.Protocol, packet.DestinationPort), from.Node, toNode: null);
        TraceHop[] way =
        [
            new TraceHop(_node, "prerouting", "inet weft-dns", "not tracked, not translated", "cluster DNS of the node"),
            new TraceHop(_node, "route", $"local {to.Address}", "to the node itself", $"Node {_node}"),
            .. TracedPolicies.Hops(crossing.Egress),
        ];
        return new TraceReport
        {
            From = from,
            To = to,
            Port = ClusterDns.Port,
            Protocol = ((L4Protocol)packet.Protocol).ToString().ToUpperInvariant(),
            Target = target,
            Outcome = TraceOutcome.Delivered,
            Endpoints = [new TraceEndpoint(to, ClusterDns.Port, 1, Masqueraded: false, TracedPolicies.UntilDenied(way)) { Policies = crossing }],
        };
    }

    private ITargetPath PathOf(bool v6)
    {
        if (!_paths.TryGetValue(v6, out var path))
        {
            _paths[v6] = path = _mode switch
            {
                ProxyMode.Iptables => new IptablesPath(_node, new IptablesCompiler(v6).Compile(_table), _own),
                ProxyMode.Ipvs => new IpvsPath(_node, IpvsCompiler.Compile(_table, Machine()), _own),
                ProxyMode.None => new NftPath("none", _node, NftRuleset.Empty, _own),
                _ => new NftPath("nftables", _node, NftServiceProgram.Compile(_table), _own),
            };
        }

        return path;
    }

    /// <summary>What policies make of it: whether all endpoints get it, some or none.</summary>
    private static TraceReport Ended(TraceReport report)
    {
        var deniers = report.Endpoints.Select(endpoint => endpoint.Policies.Denier).OfType<PolicyStep>().ToList();
        if (deniers.Count == 0)
            return report;
        var why = string.Join("; ", deniers.Select(step => step.ToString()).Distinct());
        return deniers.Count == report.Endpoints.Count
            ? report with { Outcome = TraceOutcome.Dropped, Reason = why }
            : report with { Outcome = TraceOutcome.Partial, Reason = $"of {report.Endpoints.Count} endpoints {deniers.Count} may not be reached: {why}" };
    }

    private IpvsNode Machine() => new([.. _own], First(v6: false), First(v6: true));

    private IpAddress? First(bool v6) => _own.Where(address => address.IsV6 == v6).Order().Select(address => (IpAddress?)address).FirstOrDefault();

    private TraceEndpoint Endpoint(ITargetPath path, TargetChoice choice, NftPacket original, string? owner, TraceEnd from)
    {
        var translated = choice.Packet;
        var end = _map.EndOf(translated.Destination);
        var status = translated.Destination == original.Destination && translated.DestinationPort == original.DestinationPort ? default : NftCtStatus.DestinationNat;
        var leaving = translated with { OutputInterface = "eth0", InputInterface = "", Status = status };
        var (byTarget, hops) = path.Leave(leaving);

        // A connection has one source NAT: the target's comes first.
        var (byNode, others) = byTarget ? (false, []) : _masquerade.Leave(leaving);
        var crossing = Cross(from, end, translated, byTarget || byNode);
        var here = end.Node == _node || end.Node is null;
        TraceHop[] way =
        [
            .. choice.Hops.Select(hop => hop with { Object = owner }),
            Route(_state, _node, _own, end),
            .. TracedPolicies.Hops(crossing.Egress),
            .. here ? TracedPolicies.Hops(crossing.Ingress) : [],
            .. hops,
            .. others,
            .. here ? [] : Arrival(end),
            .. here ? [] : TracedPolicies.Hops(crossing.Ingress),
        ];
        return new TraceEndpoint(end, translated.DestinationPort, choice.Probability, byTarget || byNode, TracedPolicies.UntilDenied(way)) { Policies = crossing };
    }

    /// <summary>The other side's node sees this node's address where it stands in for the client.</summary>
    private PolicyCrossing Cross(TraceEnd from, TraceEnd end, NftPacket packet, bool isHidden)
    {
        var seen = isHidden && end.Node != _node && First(packet.Source.IsV6) is { } hiding ? hiding : packet.Source;
        return _policies.Cross(new Connection(seen, packet.Destination, packet.Protocol, packet.DestinationPort), from.Node, end.Node, packet.Source);
    }

    /// <summary>What the other side's node does with it.</summary>
    private IEnumerable<TraceHop> Arrival(TraceEnd end) => _objects.Nodes.FirstOrDefault(node => node.Metadata.Name == end.Node) is { } node
        ? [Route(NodeCompiler.Compile(_objects, node.Metadata.Name, _machine(node.Metadata.Name)).Desired, node.Metadata.Name, TraceMap.AddressesOf(node).ToHashSet(), end)]
        : [];

    private static TraceHop Route(NodeState state, string node, HashSet<IpAddress> own, TraceEnd end)
    {
        if (own.Contains(end.Address))
            return new TraceHop(node, "route", $"local {end.Address}", "to the node itself", $"Node {node}");
        if (end.Node == node)
            return new TraceHop(node, "route", $"{end.Address} dev veth…", "to the pod's interface", end.What);
        var found = state.Routes.Where(route => route.Table == RouteTable.Main && route.Destination.Contains(end.Address)).MaxBy(route => route.Destination.Length);
        var effect = end.Node is null ? "out of the cluster" : $"to node {end.Node}{(found?.Device == OverlayDevice.Name ? " by the overlay" : "")}";
        return new TraceHop(node, "route", found?.ToString() ?? "the node's own routes", effect, end.Node is null ? null : $"Node {end.Node}");
    }
}
