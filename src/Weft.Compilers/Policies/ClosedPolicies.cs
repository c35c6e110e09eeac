using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Takes policies out of a table without opening anything: whatever passes then would have passed with them.</summary>
/// <remarks>
/// A closed NetworkPolicy isolates whom it selects and accepts nothing. Of a closed ClusterNetworkPolicy Accept matches nothing, Deny and Pass deny everything,
/// as its API has it for rules that are not understood. Peers that only closed policies name are nobody's business any more.
/// </remarks>
/// <param name="parts">What to close: a policy's rules of one direction, index -1 and without title.</param>
public sealed class ClosedPolicies(IReadOnlySet<PolicyRuleName> parts)
{
    private const string Title = "closed";

    private readonly ConditionalWeakTable<PolicyClass, PolicyClass> _classes = [];
    private (PolicyTable Table, PolicyTable Closed)? _last;

    /// <summary>The part of a policy that a rule belongs to.</summary>
    public static PolicyRuleName PartOf(PolicyRuleName rule) => rule with { Index = -1, Title = "" };

    /// <summary>The rules of every part that a table enforces, as they are in its classes.</summary>
    public static Dictionary<PolicyRuleName, EquatableArray<PolicyRule>> Parts(PolicyTable table)
    {
        var rules = new Dictionary<PolicyRuleName, List<PolicyRule>>();
        foreach (var rule in ClassesOf(table).SelectMany(RulesOf))
        {
            var part = PartOf(rule.Name);
            if (!rules.TryGetValue(part, out var known))
                rules[part] = known = [];
            if (!known.Contains(rule))
                known.Add(rule);
        }

        return rules.ToDictionary(entry => entry.Key, entry => entry.Value.ToEquatableArray());
    }

    /// <summary>The table with the policies closed; the same reference where there are none.</summary>
    public PolicyTable Apply(PolicyTable table)
    {
        if (parts.Count == 0)
            return table;
        if (_last is { } last && ReferenceEquals(last.Table, table))
            return last.Closed;
        var closed = table with { Pods = [.. table.Pods.Select(Close)] };
        var terms = ClassesOf(closed).SelectMany(RulesOf).SelectMany(rule => rule.Peers ?? []).ToHashSet();
        closed = closed with { Peers = Narrow(table.Peers, terms), PastPeers = Narrow(table.PastPeers, terms) };
        _last = (table, closed);
        return closed;
    }

    private static HashSet<PolicyClass> ClassesOf(PolicyTable table)
    {
        var classes = new HashSet<PolicyClass>(ReferenceEqualityComparer.Instance);
        foreach (var pod in table.Pods)
            classes.UnionWith(new[] { pod.Ingress, pod.Egress, pod.AuditedIngress, pod.AuditedEgress }.OfType<PolicyClass>());
        return classes;
    }

    private static IEnumerable<PolicyRule> RulesOf(PolicyClass @class) => @class.Admin.Concat(@class.Namespaced).Concat(@class.Baseline);

    private PolicedPod Close(PolicedPod pod)
    {
        var closed = pod with
        {
            Ingress = Close(pod.Ingress), Egress = Close(pod.Egress), AuditedIngress = Close(pod.AuditedIngress), AuditedEgress = Close(pod.AuditedEgress),
        };
        return ReferenceEquals(closed.Ingress, pod.Ingress) && ReferenceEquals(closed.Egress, pod.Egress)
            && ReferenceEquals(closed.AuditedIngress, pod.AuditedIngress) && ReferenceEquals(closed.AuditedEgress, pod.AuditedEgress) ? pod : closed;
    }

    private PolicyClass? Close(PolicyClass? @class)
    {
        if (@class is null)
            return null;
        if (_classes.TryGetValue(@class, out var known))
            return known;
        var closed = RulesOf(@class).Any(IsClosed)
            ? @class with
            {
                Admin = Close(@class.Admin),
                Namespaced = [.. @class.Namespaced.Where(rule => !IsClosed(rule))],
                Baseline = Close(@class.Baseline),
            }
            : @class;
        _classes.AddOrUpdate(@class, closed);
        return closed;
    }

    private bool IsClosed(PolicyRule rule) => parts.Contains(PartOf(rule.Name));

    private EquatableArray<PolicyRule> Close(EquatableArray<PolicyRule> tier) =>
    [
        .. tier.Where(rule => !IsClosed(rule) || rule.Action != PolicyAction.Accept)
            .Select(rule => IsClosed(rule) ? new PolicyRule(PartOf(rule.Name) with { Title = Title }, PolicyAction.Deny) : rule).Distinct(),
    ];

    /// <summary>Who peers are to these terms alone. A block is kept for nobody only where a wider one would name him.</summary>
    private static EquatableArray<Peer> Narrow(EquatableArray<Peer> peers, HashSet<PeerTerm> terms)
    {
        var identities = new Dictionary<PeerIdentity, PeerIdentity>();
        var narrowed = new List<Peer>();
        var around = new Stack<Peer>();
        foreach (var peer in peers)
        {
            while (around.TryPeek(out var outer) && !outer.Range.Contains(peer.Range))
                around.Pop();
            if (!identities.TryGetValue(peer.Identity, out var identity))
                identities[peer.Identity] = identity = Narrow(peer.Identity, terms);
            if (identity.Terms.Count == 0 && (!around.TryPeek(out var wider) || wider.Identity.Terms.Count == 0))
                continue;
            narrowed.Add(ReferenceEquals(identity, peer.Identity) ? peer : peer with { Identity = identity });
            around.Push(narrowed[^1]);
        }

        return [.. narrowed];
    }

    private static PeerIdentity Narrow(PeerIdentity identity, HashSet<PeerTerm> terms) =>
        identity.Terms.Any(term => !terms.Contains(term)) ? new PeerIdentity([.. identity.Terms.Where(terms.Contains)]) : identity;
}
