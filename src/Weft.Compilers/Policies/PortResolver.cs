using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>
/// Puts numbers in the place of named ports. A name means what the pod that accepts the connection calls so: the selected pods themselves at ingress,
/// at egress each peer for itself.
/// </summary>
/// <param name="direction">The direction.</param>
/// <param name="own">Named ports of the selected pods.</param>
/// <param name="allPods">The term of all pods.</param>
internal sealed class PortResolver(PolicyDirection direction, EquatableArray<PodPort> own, PodTerm allPods)
{
    private readonly HashSet<RuleTerm> _terms = [];

    /// <summary>The rules of a part; those that can match nothing are left out.</summary>
    public Fragment Resolve(PolicyPart part)
    {
        var rules = part.Rules.SelectMany(Resolve).ToEquatableArray();
        return new Fragment(part, rules, [.. _terms]);
    }

    private IEnumerable<PolicyRule> Resolve(RuleDraft draft)
    {
        if (draft.Ports is not { } ports)
            return [Rule(draft, draft.Peers, ports: null)];
        var ranges = ports.Where(port => port.Name is null).Select(port => port.Range);
        if (direction == PolicyDirection.Ingress)
        {
            var named = own.Where(port => Array.Exists(ports, item => item.Means(port))).Select(RangeOf);
            return Rules(draft, draft.Peers, [.. ranges.Concat(named).Distinct()]);
        }

        return Rules(draft, draft.Peers, [.. ranges.Distinct()]).Concat(NamedAtPeers(draft, ports));
    }

    /// <summary>One rule per number: for the peers that have it under the name.</summary>
    private IEnumerable<PolicyRule> NamedAtPeers(RuleDraft draft, PortDraft[] ports)
    {
        RuleTerm[] peers = draft.Peers ?? [allPods];
        var found = peers.SelectMany(peer => PortsOf(peer).Select(port => (Peer: peer, Port: port)))
            .Where(item => Array.Exists(ports, port => port.Means(item.Port)))
            .GroupBy(item => item.Port)
            .OrderBy(items => items.Key);
        foreach (var items in found)
        {
            RuleTerm[] holders = [.. items.Select(item => item.Peer.With(items.Key))];
            yield return Rule(draft, holders, [RangeOf(items.Key)]);
        }
    }

    /// <summary>A block's pods are not known as a set: any named port of the cluster may be one of theirs.</summary>
    private IEnumerable<PodPort> PortsOf(RuleTerm peer) => (peer as PodTerm ?? allPods).MemberPorts;

    private IEnumerable<PolicyRule> Rules(RuleDraft draft, RuleTerm[]? peers, EquatableArray<PolicyPort> ports) =>
        ports.Count == 0 ? [] : [Rule(draft, peers, ports)];

    private PolicyRule Rule(RuleDraft draft, RuleTerm[]? peers, EquatableArray<PolicyPort>? ports)
    {
        _terms.UnionWith(peers ?? []);
        return new PolicyRule(draft.Name, draft.Action)
        {
            Peers = peers?.Select(peer => peer.Term).Distinct().Order().ToEquatableArray(),
            Ports = ports,
        };
    }

    private static PolicyPort RangeOf(PodPort port) => new((byte)port.Protocol, port.Number, port.Number);
}
