using Weft.KernelTests.Cni;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Services.Matrix;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Services;
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
    private static readonly IpAddress[] NodeLocal = [IpAddress.Parse("169.254.20.10"), IpAddress.Parse("fd00:53::a")];

    [Theory, InlineData(false), InlineData(true)]
    public void The_nodes_dns_address_counts_as_the_usual_pods(bool v6)
    {
        var (node, address) = (world.Nodes.Node(1), NodeLocal[v6 ? 1 : 0]);
        node.Stack.ReplaceAddress(new InterfaceAddress("lo", address, address.BitLength));
        using var server = new PodServer(node.Namespace, "dns", [], Dns, Other, address);
        var recipe = File.ReadAllText(Path.Join(Repository.Root, "examples", "policies", "recipes", "12-egress-dns-only", "policy.yaml"));
        var denied = TruthCluster.With(recipe.Replace("namespace: shop", "namespace: a", StringComparison.Ordinal), PolicyYaml.Network("a/deny", "podSelector: {}, policyTypes: [Ingress, Egress]"));

        world.Nodes.Enforce(denied);
        Denied(world.In("a/x"), address, L4Protocol.Udp, Dns);

        world.Nodes.Enforce(denied with { StandIns = [StandIn()] });
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Udp, Dns);
        Reaches(world.In("a/x"), "dns", address, L4Protocol.Tcp, Dns);
        Denied(world.In("a/x"), address, port: Other);
        Denied(world.In("a/x"), Of("b/x", v6));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Questions_and_answers_pass_without_connection_tracking_too(bool v6)
    {
        NftTool.SkipUnlessInstalled();
        var (node, address) = (world.Nodes.Node(1), NodeLocal[v6 ? 1 : 0]);
        node.Stack.ReplaceAddress(new InterfaceAddress("lo", address, address.BitLength));
        using var server = new PodServer(node.Namespace, "dns", [], Dns, Other, address);
        var ip = v6 ? "ip6" : "ip";
        node.Namespace.Run(() => NftTool.Run(
            $$"""
            table {{ip}} untracked {
                chain in { type filter hook prerouting priority raw; {{ip}} daddr {{address}} notrack; }
                chain out { type filter hook output priority raw; {{ip}} saddr {{address}} notrack; }
            }
            """,
            "-f", "-"));
        try
        {
            var cluster = TruthCluster.With(PolicyYaml.Network("a/deny", "podSelector: {}, policyTypes: [Ingress, Egress]"), PolicyYaml.Network("a/dns", AllowDns));
            world.Nodes.Enforce(cluster with { StandIns = [StandIn()] });
            Reaches(world.In("a/x"), "dns", address, L4Protocol.Udp, Dns);
            Denied(world.In("a/x"), address, L4Protocol.Tcp, Dns);
        }
        finally
        {
            node.Namespace.Run(() => NftTool.Run(null, "delete", "table", ip, "untracked"));
        }
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
        Status = new PodStatus { PodIPs = NodeLocal.Select(address => new PodIp(address.ToString())).ToEquatableArray() },
    };
}
