using Weft.KernelTests.Cni;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Services.Matrix;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Node.Dns;
using Weft.Tests.Policies.TruthTables;
using static Weft.KernelTests.Policies.Traffic.TrafficWorld;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>The usual policies for names: deny egress, allow port 53 of the pods with the usual label. A node's own DNS address has the identity of such a pod.</summary>
/// <param name="world">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class DnsPolicyTests(TrafficWorld world) : IClassFixture<TrafficWorld>
{
    private const string AllowDns = "podSelector: {}, policyTypes: [Egress], "
        + "egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]";
    private const ushort Dns = 53, Other = 54;
    private static readonly EquatableArray<IpAddress> Own = [.. ((string[])["10.96.0.10", "169.254.20.10", "fd00:169:254:20::10", "fd96::a"]).Select(text => IpAddress.Parse(text))];

    /// <summary>The addresses that are the same on every node, and the cluster IPs of the usual Service.</summary>
    public static TheoryData<string> Places => [.. Own.Select(address => address.ToString())];

    [Theory, MemberData(nameof(Places))]
    public void Cluster_dns_that_the_node_answers_counts_as_the_usual_pods(string text)
    {
        var address = IpAddress.Parse(text);
        using var answering = new Answering(world, address);
        var recipe = File.ReadAllText(Path.Join(Repository.Root, "examples", "policies", "recipes", "12-egress-dns-only", "policy.yaml"));
        var denied = TruthCluster.With(recipe.Replace("namespace: shop", "namespace: a", StringComparison.Ordinal), PolicyYaml.Network("a/deny", "podSelector: {}, policyTypes: [Ingress, Egress]"));

        // Nobody is cluster DNS.
        world.Nodes.Enforce(denied);
        Denied(world.In("a/x"), address, L4Protocol.Udp, Dns);

        world.Nodes.Enforce(denied with { StandIns = [StandIn()] });
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Udp, Dns);
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Tcp, Dns);
        Reaches(world.In("b/x"), "dns", address, L4Protocol.Udp, Dns);
        Denied(world.In("a/x"), Of("b/x", address.IsV6));
    }

    [Theory, MemberData(nameof(Places))]
    public void Default_deny_without_a_rule_for_dns_denies_it_and_each_protocol_is_allowed_by_itself(string text)
    {
        var address = IpAddress.Parse(text);
        using var answering = new Answering(world, address);
        var denied = TruthCluster.With(PolicyYaml.Network("a/deny", "podSelector: {}, policyTypes: [Ingress, Egress]"));
        world.Nodes.Enforce(denied with { StandIns = [StandIn()] });
        Denied(world.In("a/x"), address, L4Protocol.Udp, Dns);
        Denied(world.In("a/x"), address, L4Protocol.Tcp, Dns);
        Reaches(world.In("b/x"), "dns", address, L4Protocol.Tcp, Dns);

        var allowed = TruthCluster.With(PolicyYaml.Network("a/deny", "podSelector: {}, policyTypes: [Ingress, Egress]"), PolicyYaml.Network("a/dns", AllowDns));
        world.Nodes.Enforce(allowed with { StandIns = [StandIn()] });
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Udp, Dns);
        Denied(world.In("a/x"), address, L4Protocol.Tcp, Dns);
    }

    [Fact]
    public void Baseline_deny_of_everything_lets_names_through_where_an_administrator_does()
    {
        var address = IpAddress.Parse("10.96.0.10");
        using var answering = new Answering(world, address);
        var deny = PolicyYaml.Cluster("deny", "Baseline", 1, "subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: ['0.0.0.0/0', '::/0']}]}]");
        var allow = PolicyYaml.Cluster("dns", "Admin", 1, "subject: {namespaces: {}}, egress: [{action: Accept, to: [{pods: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}}], protocols: [{udp: {destinationPort: {number: 53}}}]}]");
        world.Nodes.Enforce(TruthCluster.With(deny) with { StandIns = [StandIn()] });
        Denied(world.In("a/x"), address, L4Protocol.Udp, Dns);
        world.Nodes.Enforce(TruthCluster.With(deny, allow) with { StandIns = [StandIn()] });
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Udp, Dns);
        Denied(world.In("a/x"), address, L4Protocol.Tcp, Dns);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_dns_pod_is_meant_whether_there_is_such_an_address_or_not(bool v6)
    {
        using var server = new PodServer(world.In("b/y"), "dns", [], Dns, Other);
        var cluster = TruthCluster.With(PolicyYaml.Network("a/dns", AllowDns))
            .Relabel("b/y", ("k8s-app", "kube-dns"));
        foreach (var objects in (Weft.Tests.Policies.Oracle.OracleCluster[])[cluster, cluster with { StandIns = [StandIn()] }])
        {
            world.Nodes.Enforce(objects);
            Reaches(world.In("a/x"), "dns", Of("b/y", v6), L4Protocol.Udp, Dns);
            Denied(world.In("a/x"), Of("b/y", v6), L4Protocol.Tcp, Dns);
        }
    }

    private static Pod StandIn() => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = "node-local-dns", Labels = StringMap.Of(("k8s-app", "kube-dns")) },
        Status = new PodStatus { PodIPs = Own.Select(address => new PodIp(address.ToString())).ToEquatableArray() },
    };

    /// <summary>What an agent does for cluster DNS on the first node, with a server at one of its addresses.</summary>
    private sealed class Answering : IDisposable
    {
        private readonly DnsPlace _place;
        private readonly PodServer _server;

        public Answering(TrafficWorld world, IpAddress address)
        {
            var node = world.Nodes.Node(1);
            _place = new DnsPlace(node.Stack, node.Filter);
            _place.Put(Own);
            _server = new PodServer(node.Namespace, "dns", [], Dns, Other, address);
        }

        public void Dispose()
        {
            _server.Dispose();
            _place.Put([]);
        }
    }
}
