using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Reach;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Policies.Reach;

/// <summary>What <c>weft policy explain</c> and <c>weft policy diff</c> say.</summary>
public sealed class ReachTests
{
    private const string Pods = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {team: shop}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: db, namespace: shop, labels: {app: db}}
        spec: {nodeName: node1, containers: [{name: c, image: x, ports: [{name: sql, containerPort: 5432}]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-0, namespace: shop, labels: {app: web}}
        spec: {nodeName: node1, containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-1, namespace: shop, labels: {app: web}}
        spec: {nodeName: node2, containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: batch}
        spec: {nodeName: node2, containers: [{name: c, image: x}]}
        ---

        """;

    private const string Policies = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: db, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: db}}
          ingress:
          - from: [{podSelector: {matchLabels: {app: web}}}]
            ports: [{port: sql}]
          - from: [{ipBlock: {cidr: 192.0.2.0/24}}]
        ---
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: no-batch}
        spec:
          tier: Admin
          priority: 10
          subject: {namespaces: {matchLabels: {team: shop}}}
          ingress:
          - {name: keep out, action: Deny, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: default}}}]}
        """;

    [Fact]
    public void A_pod_is_explained_in_plain_words()
    {
        var text = ReachText.Of(Explain("shop", "db", Pods + Policies), policy => policy.Kind == "NetworkPolicy" ? "policies.yaml:1" : null);
        Assert.Equal(
            """
            pod shop/db (10.244.0.2) on node1, labels app=db

            what it accepts (ingress): isolated by NetworkPolicy shop/db
                deny everything from all pods in namespaces kubernetes.io/metadata.name=default (ClusterNetworkPolicy no-batch ingress[0] (keep out))
                accept TCP 5432 from pods app=web in namespace shop (NetworkPolicy shop/db ingress[0])
                accept everything from 192.0.2.0/24 (NetworkPolicy shop/db ingress[1])
                deny everything else: isolated by NetworkPolicy shop/db
              who reaches it, as both ends have it:
                everything: addresses outside in 192.0.2.0/24 (NetworkPolicy shop/db ingress[1])
                TCP 5432: shop/web-0, shop/web-1 (NetworkPolicy shop/db ingress[0])
                everything: itself, and its own node node1 (always)
              who does not:
                default/batch (ClusterNetworkPolicy no-batch ingress[0] (keep out))
                node node2, other addresses outside (default deny of NetworkPolicy shop/db)

            what it opens (egress): no policy selects it
              whom it reaches, as both ends have it:
                everything: default/batch, shop/web-0, shop/web-1, node node1 and 4 more (no policy)
            NetworkPolicy shop/db: policies.yaml:1

            """,
            text);
    }

    [Fact]
    public void A_pod_that_shares_its_nodes_network_is_left_to_the_node()
    {
        var host = Pods.Replace("spec: {nodeName: node1, containers: [{name: c, image: x, ports:", "spec: {nodeName: node1, hostNetwork: true, containers: [{name: c, image: x, ports:", StringComparison.Ordinal);
        Assert.Equal(
            "pod shop/db (172.30.0.2) on node1, labels app=db\nit shares its node's network: policies neither select it nor know it as a pod, but as that node\n",
            ReachText.Of(Explain("shop", "db", host + Policies), _ => null));
    }

    [Fact]
    public void What_policies_under_audit_would_deny_is_told()
    {
        var audited = Policies.Replace("{name: db, namespace: shop}", "{name: db, namespace: shop, annotations: {weft/policy-audit: \"true\"}}", StringComparison.Ordinal);
        var ingress = Explain("shop", "db", Pods + audited).Ingress;
        Assert.Empty(ingress.IsolatedBy);
        Assert.Contains(ingress.Allowed, entry => entry.Who.Contains("node node2"));
        var denied = Assert.Single(ingress.DeniedUnderAudit, entry => entry.Who.Contains("node node2"));
        Assert.Equal("default deny of NetworkPolicy shop/db", denied.By);
        Assert.DoesNotContain("shop/web-0", ingress.DeniedUnderAudit.Where(entry => entry.Ports.Any(port => port is { Protocol: 6, First: <= 5432, Last: >= 5432 })).SelectMany(entry => entry.Who));
    }

    [Fact]
    public void A_difference_names_who_can_and_cannot_any_more_and_by_which_rule()
    {
        var changed = Policies.Replace("app: web", "app: none", StringComparison.Ordinal).Replace("action: Deny", "action: Pass", StringComparison.Ordinal)
            .Replace("192.0.2.0/24", "192.0.2.0/25", StringComparison.Ordinal);
        var difference = Diff(Pods + Policies, Pods + changed);
        Assert.Equal(
            """
            opened:
              default/batch to shop/web-0, shop/web-1
                  everything: no more denied by ClusterNetworkPolicy no-batch ingress[0] (keep out)
            closed:
              addresses outside in 192.0.2.0/24 to shop/db
                  everything: default deny of NetworkPolicy shop/db
              shop/web-0, shop/web-1 to shop/db
                  TCP 5432: default deny of NetworkPolicy shop/db

            """,
            ReachText.Of(difference));
        var json = ReachText.Json(difference);
        Assert.False((bool)json["equal"]!);
        Assert.Equal("""{"change":"closed","from":["shop/web-0","shop/web-1"],"to":["shop/db"],"ports":["tcp/5432"],"by":"default deny of NetworkPolicy shop/db"}""", json["changes"]![2]!.ToJsonString());
    }

    [Fact]
    public void The_same_policies_in_other_words_make_no_difference()
    {
        var reworded = Policies.Replace("ports: [{port: sql}]", "ports: [{port: 5432, protocol: TCP}]", StringComparison.Ordinal);
        var difference = Diff(Pods + Policies, Pods + reworded);
        Assert.Empty(difference.Changes);
        Assert.Equal("the same connections pass, between 4 pods, nodes and the outside\n", ReachText.Of(difference));
    }

    [Fact]
    public void Pods_that_are_in_one_of_both_only_are_told_and_not_compared()
    {
        var difference = Diff(Pods + Policies, (Pods + Policies).Replace("metadata: {name: batch}", "metadata: {name: other}", StringComparison.Ordinal));
        Assert.Equal((["default/batch"], ["default/other"]), (difference.OnlyBefore, difference.OnlyAfter));
        Assert.Empty(difference.Changes);
    }

    private static PolicyExplanation Explain(string ns, string name, string yaml)
    {
        var cluster = Read(yaml);
        return new PolicyExplainer(cluster.Objects, cluster.Pods).Explain(new ObjectKey(ns, name));
    }

    private static PolicyDifference Diff(string before, string after)
    {
        var (old, @new) = (Read(before), Read(after));
        return PolicyDiff.Between((old.Objects, old.Pods), (@new.Objects, @new.Pods));
    }

    private static OfflineCluster Read(string yaml) => OfflineCluster.From(Manifests.Load(yaml).Select(manifest => manifest.Object));
}
