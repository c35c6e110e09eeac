using System.Globalization;
using Weft.Compilers.Incremental;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Finds what is lawful in policies and yet hardly meant: nothing selected, rules that never decide, ports that nobody serves, open namespaces.</summary>
public sealed class PolicyLint
{
    private readonly PodIndex _index = new("");
    private readonly PolicyBook _book;
    private readonly List<Problem> _findings = [];
    private readonly Dictionary<ObjectKey, Pod> _pods;

    private PolicyLint(PolicyObjects objects, EquatableArray<Pod> pods)
    {
        _book = new PolicyBook(_index.Namespaces);
        _pods = pods.GroupBy(pod => pod.Key()).ToDictionary(same => same.Key, same => same.First());
        var dirt = new Dirt();
        _index.Apply(ListChange<Namespace>.Between([], objects.Namespaces.AsSpan()), dirt);
        _book.Apply(ListChange<NetworkPolicy>.Between([], objects.NetworkPolicies.AsSpan()), [], dirt);
        _book.Apply(ListChange<ClusterNetworkPolicy>.Between([], objects.ClusterNetworkPolicies.AsSpan()), objects.LearnsDomains, dirt);
        _index.Apply(_book.Terms, dirt);
        _index.Apply(ListChange<PolicyPod>.Between([], objects.Pods.AsSpan()), dirt);
        _book.Resolve(dirt);
    }

    /// <summary>What is wrong with the policies of a cluster, and what is hardly meant; sorted.</summary>
    /// <param name="objects">Policies, namespaces and pods.</param>
    /// <param name="pods">The same pods whole: their ports without names count too.</param>
    public static EquatableArray<Problem> Of(PolicyObjects objects, EquatableArray<Pod> pods)
    {
        var lint = new PolicyLint(objects, pods);
        lint.Check();
        return lint._findings.Concat(lint._book.Problems).Distinct().OrderBy(finding => finding.ToString(), StringComparer.Ordinal).ToEquatableArray();
    }

    private void Check()
    {
        var policies = _book.All.Order(Comparer<CompiledPolicy>.Create(CompiledPolicy.Compare)).ToList();
        foreach (var policy in policies)
        {
            if (policy.Subject.Members.Count == 0)
                Add(policy, "SelectsNothing", $"selects {policy.Subject.Term}, and there are none");
            foreach (var part in new[] { policy.Ingress, policy.Egress }.OfType<PolicyPart>())
                Check(policy, part);
        }

        foreach (var finding in RuleShadows.Of(policies))
            _findings.Add(finding);
        foreach (var state in _index.Namespaces.All)
            CheckNamespace(state);
    }

    private void Check(CompiledPolicy policy, PolicyPart part)
    {
        foreach (var rule in part.Rules)
        {
            foreach (var peer in (rule.Peers ?? []).OfType<PodTerm>().Where(peer => peer.Members.Count == 0))
                Add(policy, "PeerSelectsNothing", $"{Show(rule)} names {peer.Term}, and there are none");
            var acceptors = part.Name.Direction == PolicyDirection.Ingress ? [policy.Subject] : (rule.Peers ?? []).OfType<PodTerm>().ToArray();
            var onlyPods = part.Name.Direction == PolicyDirection.Ingress || rule.Peers?.All(peer => peer is PodTerm) is true;
            foreach (var port in onlyPods ? (rule.Ports ?? []).Where(port => port.Name is null && port.Range.First > 0) : [])
            {
                if (NobodyServes(acceptors, port.Range))
                    Add(policy, "PortNotServed", $"{Show(rule)} names {PolicyText.Port(port.Range)}, which none of the pods that would accept it declares");
            }
        }
    }

    /// <summary>Only where every pod says what it serves: a pod that declares no port may listen on any.</summary>
    private bool NobodyServes(IEnumerable<PodTerm> acceptors, PolicyPort range)
    {
        var pods = acceptors.SelectMany(term => term.Members).SelectMany(group => group.Pods).Select(state => _pods.GetValueOrDefault(state.Pod.Key())).OfType<Pod>().Distinct().ToList();
        return pods.Count > 0 && pods.TrueForAll(pod => Ports(pod).Any() && !Ports(pod).Any(port => Protocol(port) == range.Protocol && range.First <= port.Port && port.Port <= range.Last));
    }

    private void CheckNamespace(NamespaceState state)
    {
        var groups = state.Groups.Values.ToList();
        foreach (var direction in new[] { PolicyDirection.Ingress, PolicyDirection.Egress })
        {
            var all = groups.Sum(group => group.Pods.Count);
            var open = groups.Where(group => !group.Terms.SelectMany(term => term.Subjects).Any(policy => Restrains(policy, direction))).Sum(group => group.Pods.Count);
            if (open == 0)
                continue;
            var may = direction == PolicyDirection.Ingress ? "accept connections from everybody" : "may connect to everybody";
            _findings.Add(new Problem($"Namespace {state.Name}", "NoDefaultDeny", string.Create(
                CultureInfo.InvariantCulture, $"{open} of {all} pods {may}: no policy isolates them for {direction.ToString().ToLowerInvariant()}")));
        }
    }

    private static bool Restrains(CompiledPolicy policy, PolicyDirection direction) => policy.Part(direction) is { } part
        && (policy.Tier == PolicyTier.NetworkPolicy || part.Rules.Any(rule => rule.Action == PolicyAction.Deny));

    private static IEnumerable<ContainerPort> Ports(Pod pod) => pod.Spec.Containers.Concat(pod.Spec.InitContainers).SelectMany(container => container.Ports);

    private static byte Protocol(ContainerPort port) => (byte)(Services.ServiceReader.ProtocolOf(port.Protocol) ?? default);

    private static string Show(RuleDraft rule) => rule.Name.ToString()[(rule.Name.ToString().LastIndexOf(rule.Name.Direction == PolicyDirection.Ingress ? "ingress[" : "egress[", StringComparison.Ordinal))..];

    private void Add(CompiledPolicy policy, string reason, string message) => _findings.Add(new Problem(policy.ObjectName, reason, message));
}
