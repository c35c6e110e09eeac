using System.Collections.Immutable;
using Weft.Compilers.Incremental;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>All policies of the cluster, checked, and what is wrong with them.</summary>
internal sealed class PolicyBook(NamespaceIndex namespaces)
{
    private readonly Dictionary<ObjectKey, (NetworkPolicy Source, CompiledPolicy Policy)> _policies = [];
    private readonly Dictionary<string, (ClusterNetworkPolicy Source, CompiledPolicy Policy)> _clusterPolicies = new(StringComparer.Ordinal);
    private bool _problemsChanged, _learnsDomains;

    public TermTable Terms { get; } = new();

    public IEnumerable<CompiledPolicy> All => _policies.Values.Select(entry => entry.Policy).Concat(_clusterPolicies.Values.Select(entry => entry.Policy));

    /// <summary>Sorted by object and message.</summary>
    public EquatableArray<Problem> Problems { get; private set; }

    /// <summary>Takes over NetworkPolicies that came and went, and those of namespaces whose audit changed.</summary>
    public void Apply(ListChange<NetworkPolicy> change, HashSet<string> audits, Dirt dirt)
    {
        var come = new Dictionary<ObjectKey, NetworkPolicy>();
        foreach (var policy in change.Come)
            come[policy.Key()] = policy;
        var gone = change.Gone.Select(policy => policy.Key()).Where(key => !come.ContainsKey(key)).ToHashSet();
        foreach (var (key, (source, _)) in audits.Count == 0 ? [] : _policies.Where(entry => audits.Contains(entry.Key.Namespace) && !gone.Contains(entry.Key)))
            come.TryAdd(key, source);
        foreach (var (key, source) in come)
        {
            var before = _policies.GetValueOrDefault(key).Policy;
            _policies[key] = (source, Replace(before, NetworkPolicyReader.Read(source, IsAudited(source), Terms), dirt));
        }

        foreach (var key in gone)
        {
            if (_policies.Remove(key, out var entry))
                Remove(entry.Policy, dirt);
        }
    }

    /// <summary>Takes over ClusterNetworkPolicies that came and went; all that name domains where it changed whether their addresses are learned.</summary>
    public void Apply(ListChange<ClusterNetworkPolicy> change, bool learnsDomains, Dirt dirt)
    {
        var come = new Dictionary<string, ClusterNetworkPolicy>(StringComparer.Ordinal);
        var gone = change.Gone.Select(policy => policy.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, (source, _)) in learnsDomains == _learnsDomains ? [] : _clusterPolicies.Where(entry => !gone.Contains(entry.Key)))
        {
            if (source.Spec.Egress.Any(rule => rule.To.Any(peer => peer.DomainNames.Count > 0)))
                come[name] = source;
        }

        _learnsDomains = learnsDomains;
        foreach (var policy in change.Come)
            come[policy.Metadata.Name] = policy;
        foreach (var (name, source) in come)
            _clusterPolicies[name] = (source, Replace(_clusterPolicies.GetValueOrDefault(name).Policy, ClusterPolicyReader.Read(source, Terms, learnsDomains), dirt));
        foreach (var policy in change.Gone.Where(policy => !come.ContainsKey(policy.Metadata.Name)))
        {
            if (_clusterPolicies.Remove(policy.Metadata.Name, out var entry))
                Remove(entry.Policy, dirt);
        }
    }

    /// <summary>Named ports may be other numbers now: their policies are asked anew.</summary>
    public void Resolve(Dirt dirt)
    {
        foreach (var policy in dirt.Ports)
        {
            policy.Ingress?.Forget();
            policy.Egress?.Forget();
            Touch(policy, dirt);
            var missing = MissingPorts(policy);
            _problemsChanged |= !missing.AsSpan().SequenceEqual(policy.MissingPorts);
            policy.MissingPorts = missing;
        }

        if (_problemsChanged)
            Problems = CollectProblems();
        _problemsChanged = false;
    }

    private bool IsAudited(NetworkPolicy policy) =>
        NamespaceState.IsAuditedBy(policy.Metadata) || namespaces.Get(policy.Metadata.Namespace ?? "").IsAudited;

    private CompiledPolicy Replace(CompiledPolicy? before, CompiledPolicy policy, Dirt dirt)
    {
        policy.Ingress?.Adopt(before?.Ingress);
        policy.Egress?.Adopt(before?.Egress);
        foreach (var term in policy.Terms)
            Terms.Hold(term);
        policy.Subject.Subjects.Add(policy);
        foreach (var term in policy.Watched)
            term.Watch(policy);
        Touch(policy, dirt);
        if (policy.Watched.Any())
            dirt.Ports.Add(policy);
        _problemsChanged = true;
        if (before is not null)
            Remove(before, dirt);
        return policy;
    }

    private void Remove(CompiledPolicy policy, Dirt dirt)
    {
        Touch(policy, dirt);
        policy.Subject.Subjects.Remove(policy);
        foreach (var term in policy.Watched)
            term.Unwatch(policy);
        foreach (var term in policy.Terms)
            Terms.Release(term);
        dirt.Ports.Remove(policy);
        _problemsChanged = true;
    }

    /// <summary>Those whom it selects on this node are to get their rules anew.</summary>
    private static void Touch(CompiledPolicy policy, Dirt dirt) => dirt.Classes.UnionWith(policy.Subject.Members.Where(group => group.LocalPods > 0));

    private static Problem[] MissingPorts(CompiledPolicy policy) =>
    [
        .. new[] { policy.Ingress, policy.Egress }.OfType<PolicyPart>().SelectMany(part => part.MissingPorts()).Distinct()
            .Select(missing => new Problem(policy.ObjectName, "UnknownNamedPort", Explain(missing.Rule, missing.Port))),
    ];

    private static string Explain(RuleDraft rule, string port)
    {
        var list = rule.Name.Direction == PolicyDirection.Ingress ? "ingress" : "egress";
        var whom = rule.Name.Direction == PolicyDirection.Ingress ? "pod that the policy selects" : "peer of the rule";
        return $"spec.{list}[{rule.Name.Index}]: no {whom} has a port named '{port}', so it matches nothing";
    }

    private EquatableArray<Problem> CollectProblems()
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var shared = _clusterPolicies.Values.Select(entry => entry.Policy).GroupBy(policy => (policy.Tier, policy.Priority)).Where(same => same.Skip(1).Any());
        foreach (var policy in All)
            problems.AddRange(policy.Problems);
        foreach (var same in shared)
        {
            var names = string.Join(", ", same.Select(policy => policy.Name.Policy).Order(StringComparer.Ordinal));
            problems.AddRange(same.Select(policy => new Problem(policy.ObjectName, "SharedPriority",
                $"priority {policy.Priority} of the tier {policy.Tier} is shared by {names}: the API does not say which counts first; here it is the first by name. Give each its own")));
        }

        problems.Sort(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return problems.DrainToImmutable();
    }
}
