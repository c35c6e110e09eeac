using Weft.Compilers.Clusters;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Iptables;
using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>Predicts the way of a connection's first packet: what the agent of the client's node would program, and the route on the other side.</summary>
/// <remarks>What others than the agent do on a node (a firewall of its own, another proxy) it cannot know.</remarks>
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

    /// <summary>Compiles the node that the packets begin at (or, from outside, arrive at first).</summary>
    /// <param name="objects">The cluster's objects.</param>
    /// <param name="pods">Its pods.</param>
    /// <param name="node">The node.</param>
    /// <param name="machine">What is known of the machine of a node.</param>
    /// <param name="target">How Services are balanced; as the cluster's settings say when null.</param>
    public Tracer(ClusterSnapshot objects, EquatableArray<Pod> pods, string node, Func<string, HostView> machine, ProxyMode? target = null)
    {
        (_objects, _node, _machine) = (objects, node, machine);
        _map = new TraceMap(objects, pods);
        _table = ServiceCompiler.CompileOnce(objects, node).Table;
        _reasons = new Reasons(objects, _table, node);
        _state = NodeCompiler.Compile(objects, node, machine(node)).Desired;
        _mode = target ?? ClusterSettingsParser.Parse(objects.Configuration?.Data).Settings.Proxy;
        _own = objects.Nodes.Where(other => other.Metadata.Name == node).SelectMany(TraceMap.AddressesOf).ToHashSet();
    }

    /// <summary>Traces a connection.</summary>
    public TraceReport Trace(TraceEnd from, TraceEnd to, ushort port, L4Protocol protocol)
    {
        var packet = new NftPacket { Source = from.Address, Destination = to.Address, Protocol = (byte)protocol, SourcePort = ClientPort, DestinationPort = port };
        var hook = _own.Contains(from.Address) ? NftHook.Output : NftHook.Prerouting;
        if (hook == NftHook.Prerouting)
            packet = packet with { InputInterface = from.What.StartsWith("pod ", StringComparison.Ordinal) ? "veth" : "eth0" };
        var path = Path(packet.Source.IsV6);
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
            ? report with { Endpoints = passage.Choices.Select(choice => Endpoint(path, choice, packet, owner)).ToEquatableArray() }
            : report with { Reason = _reasons.For(from, to.Address, port, protocol, _own.Contains(to.Address)) };
    }

    private ITargetPath Path(bool v6) => _mode switch
    {
        ProxyMode.Iptables => new IptablesPath(_node, new IptablesCompiler(v6).Compile(_table), _own),
        ProxyMode.Ipvs => new IpvsPath(_node, IpvsCompiler.Compile(_table, Machine()), _own),
        ProxyMode.None => new NftPath("none", _node, NftRuleset.Empty, _own),
        _ => new NftPath("nftables", _node, NftServiceProgram.Compile(_table), _own),
    };

    private IpvsNode Machine() => new([.. _own], First(v6: false), First(v6: true));

    private IpAddress? First(bool v6) => _own.Where(address => address.IsV6 == v6).Order().Select(address => (IpAddress?)address).FirstOrDefault();

    private TraceEndpoint Endpoint(ITargetPath path, TargetChoice choice, NftPacket original, string? owner)
    {
        var translated = choice.Packet;
        var end = _map.EndOf(translated.Destination);
        var status = translated.Destination == original.Destination && translated.DestinationPort == original.DestinationPort ? default : NftCtStatus.DestinationNat;
        var leaving = translated with { OutputInterface = "eth0", InputInterface = "", Status = status };
        var (byTarget, hops) = path.Leave(leaving);

        // A connection has one source NAT: the target's comes first.
        var (byNode, others) = byTarget ? (false, []) : new NftPath("", _node, _state.Nftables, _own).Leave(leaving);
        return new TraceEndpoint(
            end,
            translated.DestinationPort,
            choice.Probability,
            byTarget || byNode,
            [.. choice.Hops.Select(hop => hop with { Object = owner }), Route(_state, _node, _own, end), .. hops, .. others, .. Arrival(end)]);
    }

    /// <summary>What the other side's node does with it.</summary>
    private IEnumerable<TraceHop> Arrival(TraceEnd end)
    {
        if (end.Node is not { } other || other == _node || _objects.Nodes.FirstOrDefault(node => node.Metadata.Name == other) is not { } node)
            return [];
        return [Route(NodeCompiler.Compile(_objects, other, _machine(other)).Desired, other, TraceMap.AddressesOf(node).ToHashSet(), end)];
    }

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
