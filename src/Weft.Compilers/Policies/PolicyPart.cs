using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>What a policy says of one direction.</summary>
/// <param name="name">The policy, with the direction.</param>
/// <param name="tier">Its tier.</param>
/// <param name="rules">Its rules, in their order.</param>
/// <param name="subject">Whom it selects.</param>
/// <param name="allPods">The term of all pods: for named ports of peers that are no set of pods.</param>
internal sealed class PolicyPart(PolicyRuleName name, PolicyTier tier, RuleDraft[] rules, PodTerm subject, PodTerm allPods)
{
    private readonly Dictionary<EquatableArray<PodPort>, Fragment?> _resolved = [];
    private List<Fragment> _known = [];

    public PolicyRuleName Name { get; } = name;

    public PolicyTier Tier { get; } = tier;

    public RuleDraft[] Rules { get; } = rules;

    /// <summary>Pods whose named ports decide what the rules mean.</summary>
    public PodTerm[] Watched { get; } = [.. rules.Where(rule => rule.HasNamedPorts).SelectMany(rule => Watch(rule, name.Direction, subject, allPods)).Distinct()];

    public IEnumerable<RuleTerm> Terms => Rules.SelectMany(rule => rule.Peers ?? []).Concat(Watched).Distinct();

    /// <summary>Rules that come out as they did before a change keep their reference.</summary>
    public void Adopt(PolicyPart? before)
    {
        if (before?.Tier == Tier)
            _known = [.. before._resolved.Values.OfType<Fragment>().Distinct()];
    }

    /// <summary>Named ports may be other numbers: the next question is answered anew.</summary>
    public void Forget()
    {
        Adopt(this);
        _resolved.Clear();
    }

    /// <summary>The rules for pods with these named ports; null when they change nothing.</summary>
    public Fragment? For(EquatableArray<PodPort> ports)
    {
        var key = Watched.Length > 0 && Name.Direction == PolicyDirection.Ingress ? ports : default;
        if (_resolved.TryGetValue(key, out var resolved))
            return resolved;
        var fragment = new PortResolver(Name.Direction, key, allPods).Resolve(this);
        if (_known.Find(other => other.Rules == fragment.Rules) is { } known)
            fragment = known;
        else
            _known.Add(fragment);
        return _resolved[key] = Tier != PolicyTier.NetworkPolicy && fragment.Rules.Count == 0 ? null : fragment;
    }

    /// <summary>Names of ports of which none of the pods that are meant has any, each with its rule.</summary>
    public IEnumerable<(RuleDraft Rule, string Port)> MissingPorts()
    {
        foreach (var rule in Rules.Where(rule => rule.HasNamedPorts))
        {
            var pods = Watch(rule, Name.Direction, subject, allPods).ToList();
            if (Name.Direction == PolicyDirection.Ingress && subject.Members.Count == 0)
                continue;
            foreach (var port in rule.Ports!.Where(port => port.Name is not null && !pods.Exists(term => term.MemberPorts.Any(port.Means))))
                yield return (rule, port.Name!);
        }
    }

    private static IEnumerable<PodTerm> Watch(RuleDraft rule, PolicyDirection direction, PodTerm subject, PodTerm allPods) =>
        direction == PolicyDirection.Ingress ? [subject]
        : rule.Peers is null ? [allPods]
        : rule.Peers.Select(peer => peer as PodTerm ?? allPods);
}

/// <summary>The rules of one policy in one direction, for pods whose named ports are the same.</summary>
internal sealed class Fragment(PolicyPart part, EquatableArray<PolicyRule> rules, RuleTerm[] terms)
{
    public PolicyTier Tier { get; } = part.Tier;

    public PolicyRuleName Policy { get; } = part.Name;

    public EquatableArray<PolicyRule> Rules { get; } = rules;

    /// <summary>Terms that the rules name, each once.</summary>
    public RuleTerm[] Terms { get; } = terms;
}

/// <summary>A rule whose named ports are names still.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Action">What becomes of what it matches.</param>
/// <param name="Peers">Terms of which a peer must match one; null for everybody.</param>
/// <param name="Ports">Ports of which one must match; null for everything.</param>
internal sealed record RuleDraft(PolicyRuleName Name, PolicyAction Action, RuleTerm[]? Peers, PortDraft[]? Ports)
{
    public bool HasNamedPorts => Ports is not null && Array.Exists(Ports, port => port.Name is not null);
}

/// <summary>A range of ports, or a named one.</summary>
/// <param name="Range">The range; of a named port only the protocol has a meaning, 0 for any.</param>
/// <param name="Name">The name; null for a range.</param>
internal readonly record struct PortDraft(PolicyPort Range, string? Name)
{
    /// <summary>Whether it means this port of a pod.</summary>
    public bool Means(PodPort port) => port.Name == Name && (Range.Protocol == 0 || Range.Protocol == (byte)port.Protocol);
}
