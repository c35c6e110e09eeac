using Weft.Compilers.Policies;
using Weft.Kubernetes;
using Weft.Model.Policies;

namespace Weft.Tests.Policies.Compiling;

/// <summary>Tables compiled from objects written by hand.</summary>
public sealed class PolicyCompilerTests
{
    private const string Seed = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: test-network-policy, namespace: default}
        spec:
          podSelector: {matchLabels: {role: db}}
          policyTypes: [Ingress, Egress]
          ingress:
          - from:
            - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
            - namespaceSelector: {matchLabels: {project: myproject}}
            - podSelector: {matchLabels: {role: frontend}}
            ports: [{protocol: TCP, port: 6379}]
          egress:
          - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
            ports: [{protocol: TCP, port: 5978}]
        """;

    private static readonly PolicyObjects Objects = new PolicyObjects
    {
        Namespaces = [PolicyCases.Namespace("default"), PolicyCases.Namespace("shop", "project=myproject")],
        Pods = PolicyCases.Pods(
            "default/db node1 10.244.0.2 role=db", "default/db-2 node1 10.244.0.3 role=db", "default/front node2 10.244.1.2 role=frontend",
            "default/other node1 10.244.0.4 role=other", "shop/front node2 10.244.1.3 role=frontend"),
    }.WithPolicies(Seed);

    [Fact]
    public void The_seed_is_isolated_in_both_directions_and_names_its_peers()
    {
        var (table, problems) = Compile(Objects);

        Assert.Empty(problems);
        Assert.Equal(["10.244.0.2", "10.244.0.3"], table.Pods.Select(pod => pod.Address.ToString()));
        Assert.Same(table.Pods[0].Ingress, table.Pods[1].Ingress);
        Assert.Equal(
            ["172.17.0.0/16 except 172.17.1.0/24", "all pods in namespaces project=myproject", "pods role=frontend in namespace default"],
            table.Pods[0].Ingress!.Namespaced[0].Peers!.Value.Select(term => term.Text));
        Assert.Equal(
            ["10.0.0.0/24", "10.244.1.2/32", "10.244.1.3/32", "172.17.0.0/16", "172.17.1.0/24"],
            table.Peers.Select(peer => peer.Range.ToString()));
        Assert.Equal(PeerIdentity.Nobody, table.Peers[^1].Identity);
        Assert.Equal(["10.244.0.1", "172.30.0.2"], table.NodeAddresses.Select(address => address.ToString()));
    }

    [Fact]
    public void Another_node_enforces_nothing_of_it() => Assert.Equal(PolicyTable.Empty, PolicyCompiler.CompileOnce(PolicyCases.Cluster(Objects), "node2").Table);

    [Fact]
    public void What_did_not_change_keeps_its_reference()
    {
        var compiler = new PolicyCompiler();
        var first = compiler.Compile(PolicyCases.Cluster(Objects), PolicyCases.Node).Table;
        var relabelled = Objects with { Pods = [.. Objects.Pods.Take(4), PolicyCases.Pod("default/front-2 node2 10.244.1.4 role=frontend"), Objects.Pods[4]] };

        Assert.Same(first, compiler.Compile(PolicyCases.Cluster(Objects with { }), PolicyCases.Node).Table);
        var second = compiler.Compile(PolicyCases.Cluster(relabelled), PolicyCases.Node).Table;

        Assert.Same(first.Pods[0], second.Pods[0]);
        Assert.Same(first.Peers[0], second.Peers[0]);
        Assert.Same(first.Peers[1].Identity, second.Peers[3].Identity);
        Assert.Equal(first, compiler.Compile(PolicyCases.Cluster(Objects), PolicyCases.Node).Table);
    }

    private static PolicyCompilation Compile(PolicyObjects objects) => PolicyCompiler.CompileOnce(PolicyCases.Cluster(objects), PolicyCases.Node);
}
