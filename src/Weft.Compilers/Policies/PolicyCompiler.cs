using Weft.Compilers.Incremental;
using Weft.Kubernetes;
using Weft.Model.Dns;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>
/// Compiles network policies into what one node enforces. The result depends on the snapshot and the node's name only; what is remembered from the
/// call before makes the next one cost what changed. See README.md for the reading of the API.
/// </summary>
/// <remarks>Snapshots whose objects keep their order and their references are compared fastest. Not for concurrent use.</remarks>
public sealed class PolicyCompiler
{
    private string _node = "";
    private ClusterSnapshot _snapshot = new();
    private NodeIndex _nodes = new();
    private PodIndex _pods = new("");
    private PolicyBook _policies;
    private PodRules _rules;
    private PeerBook _peers;
    private PolicyCompilation _last = new(PolicyTable.Empty, []);

    /// <summary>A compiler that remembers nothing yet.</summary>
    public PolicyCompiler() => (_policies, _rules, _peers) = Begin();

    /// <summary>Compiles a snapshot, for the node of that name.</summary>
    public PolicyCompilation Compile(ClusterSnapshot cluster, string nodeName)
    {
        if (nodeName != _node)
            Forget(nodeName);
        var (before, after) = (_snapshot.Policies, cluster.Policies);
        var dirt = new Dirt { Nodes = _snapshot.Nodes != cluster.Nodes && _nodes.Read(cluster.Nodes, nodeName) };
        _snapshot = cluster;
        if (!dirt.Nodes && ReferenceEquals(before, after))
            return _last;

        // 1 whom selectors choose: namespaces, policies, pods
        var audits = _pods.Apply(ListChange<Namespace>.Between(before.Namespaces.AsSpan(), after.Namespaces.AsSpan()), dirt);
        _policies.Apply(ListChange<NetworkPolicy>.Between(before.NetworkPolicies.AsSpan(), after.NetworkPolicies.AsSpan()), audits, dirt);
        _policies.Apply(ListChange<ClusterNetworkPolicy>.Between(before.ClusterNetworkPolicies.AsSpan(), after.ClusterNetworkPolicies.AsSpan()), after.LearnsDomains, dirt);
        _pods.Apply(_policies.Terms, dirt);
        _pods.Apply(ListChange<PolicyPod>.Between(before.Pods.AsSpan(), after.Pods.AsSpan()), dirt);
        _pods.Apply(ListChange<PolicyPod>.Between(before.StandIns.AsSpan(), after.StandIns.AsSpan()), dirt);

        _peers.Apply(ListChange<DomainAddress>.Between(before.DomainAddresses.AsSpan(), after.DomainAddresses.AsSpan()), dirt);

        // 2 the rules of this node's pods
        _policies.Resolve(dirt);
        var touched = _rules.FindClasses(dirt);
        _rules.Update(dirt);

        // 3 who others are to these rules
        _peers.Note(touched, dirt);
        _peers.Update(dirt);
        return _last = Assemble();
    }

    /// <summary>Compiles a snapshot without a memory.</summary>
    public static PolicyCompilation CompileOnce(ClusterSnapshot cluster, string nodeName) => new PolicyCompiler().Compile(cluster, nodeName);

    private PolicyCompilation Assemble()
    {
        var table = new PolicyTable
        {
            Pods = _rules.Pods,
            Peers = _peers.Peers,
            PastPeers = _peers.PastPeers,
            NodeAddresses = _rules.Pods.Count == 0 ? [] : NodeAddresses.OfNode(_nodes, _snapshot.Policies.StandIns),
        };
        var last = _last.Table;
        var isSame = table.Pods.AsSpan() == last.Pods.AsSpan() && table.Peers.AsSpan() == last.Peers.AsSpan() && table.PastPeers.AsSpan() == last.PastPeers.AsSpan()
            && table.NodeAddresses == last.NodeAddresses;
        return isSame && _policies.Problems == _last.Problems ? _last : new PolicyCompilation(isSame ? last : table, _policies.Problems);
    }

    private void Forget(string nodeName)
    {
        _node = nodeName;
        _snapshot = new ClusterSnapshot();
        _nodes = new NodeIndex();
        _pods = new PodIndex(nodeName);
        _last = new PolicyCompilation(PolicyTable.Empty, []);
        (_policies, _rules, _peers) = Begin();
    }

    private (PolicyBook Policies, PodRules Rules, PeerBook Peers) Begin() =>
        (new PolicyBook(_pods.Namespaces), new PodRules(_pods.Owners), new PeerBook(_pods.Owners, _nodes));
}
