using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Explains what the policies of a cluster mean for one of its pods.</summary>
public sealed class PolicyExplainer
{
    private const string AnyNode = "";

    private readonly ClusterSnapshot _objects;
    private readonly PolicyWorld _world;
    private readonly List<(IpAddress Address, EquatableArray<string> Names, string? Node)> _others;

    /// <summary>Compiles a cluster.</summary>
    /// <param name="objects">Its objects.</param>
    /// <param name="pods">Its pods.</param>
    public PolicyExplainer(ClusterSnapshot objects, EquatableArray<Pod> pods)
    {
        _objects = objects;
        _world = new PolicyWorld(objects, pods);
        _others = [.. Pods(), .. _world.Nodes().Select(node => (node.Address, (EquatableArray<string>)[$"node {node.Node}"], (string?)node.Node)), .. Dns(), .. Outside()];
    }

    /// <summary>What is wrong with the policies.</summary>
    public EquatableArray<Problem> Problems => _world.Problems;

    /// <summary>Explains.</summary>
    /// <param name="key">A pod of the cluster.</param>
    public PolicyExplanation Explain(ObjectKey key)
    {
        var pod = _objects.Policies.Pods.First(other => other.Key() == key);
        return new PolicyExplanation(
            key.ToString(), pod.Node, pod.Addresses, pod.Labels.ToString(), Explain(pod, PolicyDirection.Ingress), Explain(pod, PolicyDirection.Egress))
        {
            Unpoliced = pod switch
            {
                { HostNetwork: true } => "it shares its node's network: policies neither select it nor know it as a pod, but as that node",
                { IsFinished: true } => "its containers have ended for good",
                { Addresses.Count: 0 } => "it has no address yet",
                _ => null,
            },
        };
    }

    private ExplainedDirection Explain(PolicyPod pod, PolicyDirection direction)
    {
        var rules = pod.IsPoliced ? _world.ClassOf(pod.Addresses[0], direction) : null;
        var (allowed, denied, audited) = (new List<ExplainedPeers>(), new List<ExplainedPeers>(), new List<ExplainedPeers>());
        foreach (var own in pod.IsPoliced ? pod.Addresses : [])
        {
            foreach (var (address, names, node) in _others.Where(other => other.Address.IsV6 == own.IsV6))
            {
                // Its own node always reaches it, and it is nobody to itself.
                var who = names.Where(name => name != pod.Key().ToString()).ToEquatableArray();
                if (who.Count == 0 || (direction == PolicyDirection.Ingress && (node is AnyNode || (node is not null && node == pod.Node))))
                    continue;
                var (from, to) = direction == PolicyDirection.Ingress ? (address, own) : (own, address);
                var pieces = _world.Between(from, to);
                Add(allowed, who, pieces.Where(piece => piece.IsAccepted));
                if (!pieces.Any(piece => piece.IsAccepted))
                    Add(denied, who, pieces);
                Add(audited, who, PortPieces.Overlaps(pieces, _world.Between(from, to, audited: true))
                    .Where(pair => pair is { Left.IsAccepted: true, Right.IsAccepted: false })
                    .Select(pair => pair.Right with { First = ushort.Max(pair.Left.First, pair.Right.First), Last = ushort.Min(pair.Left.Last, pair.Right.Last) }));
            }
        }

        return new ExplainedDirection(direction, rules?.IsolatedBy ?? [], Policies(rules), rules is null ? [] : PolicyText.Of(rules).Skip(1).Select(line => line.Trim()).ToEquatableArray())
        {
            Allowed = Merge(allowed),
            Denied = Merge(denied),
            DeniedUnderAudit = Merge(audited),
        };
    }

    private IEnumerable<(IpAddress, EquatableArray<string>, string?)> Pods() => _world.Pods()
        .GroupBy(pod => (_world.KindOf(pod.Address), pod.Address.IsV6))
        .Select(alike => (alike.First().Address, alike.Select(pod => pod.Pod.ToString()).Distinct().ToEquatableArray(), (string?)null));

    // On every node it is the node itself.
    private IEnumerable<(IpAddress, EquatableArray<string>, string?)> Dns() =>
        _world.ClusterDns().Select(address => (address, (EquatableArray<string>)[PartyNames.ClusterDns], (string?)AnyNode));

    private IEnumerable<(IpAddress, EquatableArray<string>, string?)> Outside() => _world.Outside(_world.Ranges)
        .GroupBy(address => (_world.KindOf(address), address.IsV6))
        .Select(alike => (alike.First(), (EquatableArray<string>)[PartyNames.Outside([_world.IdentityOf(alike.First())])], (string?)null));

    private static EquatableArray<PolicyRuleName> Policies(PolicyClass? rules) => rules is null ? [] : rules.IsolatedBy
        .Concat(rules.Admin.Concat(rules.Namespaced).Concat(rules.Baseline).Select(rule => rule.Name))
        .Select(name => name with { Index = -1, Title = "" }).Distinct().ToEquatableArray();

    private static void Add(List<ExplainedPeers> peers, EquatableArray<string> who, IEnumerable<PortPiece> pieces)
    {
        foreach (var alike in pieces.GroupBy(piece => piece.Why))
            peers.Add(new ExplainedPeers(who, PortPiece.Merge(alike).Select(piece => piece with { Why = "" }).ToEquatableArray(), alike.Key));
    }

    private static EquatableArray<ExplainedPeers> Merge(IEnumerable<ExplainedPeers> peers) => peers
        .GroupBy(entry => (entry.Ports, entry.By))
        .Select(alike => alike.First() with { Who = alike.SelectMany(entry => entry.Who).Distinct().ToEquatableArray() })
        .OrderBy(entry => entry.Ports[0].Protocol == PortPiece.Others).ThenBy(entry => entry.Ports[0].Protocol).ThenBy(entry => entry.Ports[0].First).ThenBy(entry => entry.By, StringComparer.Ordinal)
        .ToEquatableArray();
}
