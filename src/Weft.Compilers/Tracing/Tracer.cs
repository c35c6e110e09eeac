using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Model.Services;

namespace Weft.Compilers.Tracing;

/// <summary>Predicts the way of a connection's first packet: the rules that the agent of the client's node would program, run by the interpreter.</summary>
/// <remarks>What others than the agent do on a node (a firewall of its own, another proxy) it cannot know.</remarks>
public sealed class Tracer
{
    private const ushort ClientPort = 40000;
    private readonly string _node;
    private readonly TraceMap _map;
    private readonly Reasons _reasons;
    private readonly NodeState _state;
    private readonly NftRuleset _rules;
    private readonly HashSet<IpAddress> _own;

    /// <summary>Compiles the node that the packets begin at (or, from outside, arrive at first).</summary>
    public Tracer(ClusterSnapshot objects, EquatableArray<Pod> pods, string node, HostView host)
    {
        _node = node;
        _map = new TraceMap(objects, pods);
        var table = ServiceCompiler.CompileOnce(objects, node).Table;
        _reasons = new Reasons(objects, table, node);
        _state = NodeCompiler.Compile(objects, node, host).Desired;
        _rules = new NftRuleset { Tables = [.. NftServiceProgram.Compile(table).Tables, .. _state.Nftables.Tables] };
        _own = objects.Nodes.Where(other => other.Metadata.Name == node).SelectMany(TraceMap.AddressesOf).ToHashSet();
    }

    /// <summary>Traces a connection.</summary>
    public TraceReport Trace(TraceEnd from, TraceEnd to, ushort port, L4Protocol protocol)
    {
        var packet = new NftPacket { Source = from.Address, Destination = to.Address, Protocol = (byte)protocol, SourcePort = ClientPort, DestinationPort = port };
        var hook = _own.Contains(from.Address) ? NftHook.Output : NftHook.Prerouting;
        if (hook == NftHook.Prerouting)
            packet = packet with { InputInterface = from.What.StartsWith("pod ", StringComparison.Ordinal) ? "veth" : "eth0" };
        uint choices = 0;
        var first = Run(hook, packet, modulus => { choices = modulus; return 0; });
        var report = new TraceReport { From = from, To = to, Port = port, Protocol = protocol.ToString().ToUpperInvariant(), Outcome = TraceOutcome.Delivered };
        var owner = _reasons.Serving(to.Address, port, protocol, _own.Contains(to.Address));
        report = report with { Hops = Hops(hook, first, owner) };
        if (!first.Accepted)
        {
            return report with
            {
                Outcome = first.Decision is NftReject ? TraceOutcome.Refused : TraceOutcome.Dropped,
                Reason = _reasons.For(from, to.Address, port, protocol, _own.Contains(to.Address)),
            };
        }

        var endpoints = Enumerable.Range(0, (int)Math.Max(choices, 1)).Select(slot => Endpoint(Run(hook, packet, _ => (uint)slot).Packet, packet, Math.Max(choices, 1)));
        return report with { Endpoints = endpoints.ToEquatableArray() };
    }

    private NftTrace Run(NftHook hook, NftPacket packet, Func<uint, uint> choose) =>
        new NftInterpreter(_rules, new NftHost(address => _own.Contains(address) || address.IsLoopback ? NftAddressType.Local : NftAddressType.Unicast, choose)).Run(hook, packet);

    private TraceEndpoint Endpoint(NftPacket translated, NftPacket original, uint choices)
    {
        var end = _map.EndOf(translated.Destination);
        var route = Route(end);
        var status = translated.Destination == original.Destination && translated.DestinationPort == original.DestinationPort ? default : NftCtStatus.DestinationNat;
        var leaving = Run(NftHook.Postrouting, translated with { OutputInterface = "eth0", InputInterface = "", Status = status }, _ => 0);
        var masqueraded = leaving.Decision is NftMasquerade;
        return new TraceEndpoint(end, translated.DestinationPort, 1.0 / choices, masqueraded, [route, .. Hops(NftHook.Postrouting, leaving, null)]);
    }

    private TraceHop Route(TraceEnd end)
    {
        if (_own.Contains(end.Address))
            return new TraceHop(_node, "route", $"local {end.Address}", "to the node itself", $"Node {_node}");
        if (end.Node == _node)
            return new TraceHop(_node, "route", $"{end.Address} dev veth…", "to the pod's interface", end.What);
        var found = _state.Routes.Where(route => route.Table == RouteTable.Main && route.Destination.Contains(end.Address)).MaxBy(route => route.Destination.Length);
        var effect = end.Node is null ? "out of the cluster" : $"to node {end.Node}{(found?.Device == OverlayDevice.Name ? " by the overlay" : "")}";
        return new TraceHop(_node, "route", found?.ToString() ?? "the node's own routes", effect, end.Node is null ? null : $"Node {end.Node}");
    }

    private IEnumerable<TraceHop> HopsOf(NftHook hook, NftTrace trace, ProxiedPort? owner)
    {
        foreach (var step in trace.Steps)
        {
            var rule = _rules.Find(step.Table)?.FindChain(step.Chain)?.Rules is { } rules && step.Rule < rules.Count ? NftPrinter.Print(rules[step.Rule], step.Table.Family) : "policy";
            var effect = step.Outcome.StartsWith("dnat", StringComparison.Ordinal) ? "chooses an endpoint" : step.Outcome;
            yield return new TraceHop(_node, hook.ToString().ToLowerInvariant(), $"{step.Table} {step.Chain}: {rule}", effect, owner is null ? null : $"Service {owner.Name}");
        }
    }

    private EquatableArray<TraceHop> Hops(NftHook hook, NftTrace trace, ProxiedPort? owner) => HopsOf(hook, trace, owner).ToEquatableArray();
}
