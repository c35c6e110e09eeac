using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>
/// Reads a ClusterNetworkPolicy. A rule that cannot be understood fails closed as the API says: Accept matches nothing, Deny and Pass deny everything.
/// </summary>
internal sealed class ClusterPolicyReader
{
    private readonly ClusterNetworkPolicy _policy;
    private readonly PolicyReader _reader;

    // Whether the policy as a whole was understood: whom it selects, and when it counts.
    private bool _isWhole = true;

    private ClusterPolicyReader(ClusterNetworkPolicy policy, TermTable terms, bool learnsDomains)
    {
        _policy = policy;
        _reader = new PolicyReader(new PolicyRuleName(policy.Kind, "", policy.Metadata.Name, PolicyDirection.Ingress, -1), terms, learnsDomains);
    }

    public static CompiledPolicy Read(ClusterNetworkPolicy policy, TermTable terms, bool learnsDomains) => new ClusterPolicyReader(policy, terms, learnsDomains).Read();

    private CompiledPolicy Read()
    {
        var spec = _policy.Spec;
        var tier = Tier(spec.Tier);
        var subject = Subject(spec.Subject);
        var ingress = spec.Ingress.Select((rule, index) => Draft(PolicyDirection.Ingress, index, rule, rule.From)).OfType<RuleDraft>().ToArray();
        var egress = spec.Egress.Select((rule, index) => Draft(PolicyDirection.Egress, index, rule, rule.To)).OfType<RuleDraft>().ToArray();
        return new CompiledPolicy
        {
            Name = _reader.Rule(PolicyDirection.Ingress, -1),
            Tier = tier,
            Priority = spec.Priority,
            IsAudited = NamespaceState.IsAuditedBy(_policy.Metadata),
            Subject = subject,
            Ingress = ingress.Length == 0 ? null : _reader.Part(PolicyDirection.Ingress, tier, ingress, subject),
            Egress = egress.Length == 0 ? null : _reader.Part(PolicyDirection.Egress, tier, egress, subject),
            Flaws = _reader.Problems,
        };
    }

    private PolicyTier Tier(string text)
    {
        if (text is "Admin" or "Baseline")
            return text == "Admin" ? PolicyTier.Admin : PolicyTier.Baseline;
        _isWhole = false;
        _reader.Add("UnknownTier", $"spec.tier '{text}' is neither Admin nor Baseline: its rules fail closed, in the tier Admin");
        return PolicyTier.Admin;
    }

    private PodTerm Subject(ClusterNetworkPolicySubject subject)
    {
        if (subject.Namespaces is null == subject.Pods is null)
        {
            _isWhole = false;
            _reader.Add("InvalidSubject", "spec.subject must have exactly one of namespaces and pods: its rules fail closed, for all pods");
            return _reader.AllPods;
        }

        const string More = "which is taken to mean more pods, for which its rules fail closed";
        var (namespaces, isWhole) = _reader.Selector(subject.Namespaces ?? subject.Pods!.NamespaceSelector, $"spec.subject, {More}");
        var (pods, isWholeToo) = _reader.Selector(subject.Pods?.PodSelector, $"spec.subject.pods.podSelector, {More}");
        _isWhole &= isWhole && isWholeToo;
        return _reader.Terms.Pods(namespaces, pods);
    }

    private RuleDraft? Draft(PolicyDirection direction, int index, ClusterNetworkPolicyRule rule, EquatableArray<ClusterNetworkPolicyPeer> peers)
    {
        var name = _reader.Rule(direction, index, rule.Name ?? "");
        var where = direction == PolicyDirection.Ingress ? $"spec.ingress[{index}]" : $"spec.egress[{index}]";
        var reader = new ClusterRuleReader(_reader, direction, where);
        var draft = reader.Read(name, rule, peers);
        if (draft is not null && (_isWhole || draft.Action == PolicyAction.Deny))
            return draft;
        return rule.Action == "Accept" ? null : new RuleDraft(name, PolicyAction.Deny, Peers: null, Ports: null);
    }
}
