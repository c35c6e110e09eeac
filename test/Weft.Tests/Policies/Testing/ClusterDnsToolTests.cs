using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Reach;
using Weft.Compilers.Policies.Testing;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Tests.Policies.Testing;

/// <summary>Cluster DNS and names of domains in tests, explanations, differences and traces.</summary>
public sealed class ClusterDnsToolTests
{
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: client, labels: {app: client}}
        spec: {nodeName: node1, containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: free}
        spec: {nodeName: node1, containers: [{name: c, image: x}]}
        ---

        """;

    private const string Policies = """
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: sites}
        spec:
          tier: Admin
          priority: 1
          subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: client}}}}
          egress:
          - {name: names, action: Accept, to: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}}], protocols: [{udp: {destinationPort: {number: 53}}}]}
          - {name: web, action: Accept, to: [{domainNames: ["*.example.com", example.org]}], protocols: [{tcp: {destinationPort: {number: 443}}}]}
          - {name: rest, action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}]}
        """;

    [Theory]
    [InlineData("{from: client, to: svc/kube-system/kube-dns, port: dns, expect: allowed, by: 'sites egress[0]'}")]
    [InlineData("{from: client, to: svc/kube-system/kube-dns, port: dns-tcp, expect: denied}")]
    [InlineData("{from: client, to: 169.254.20.10, port: 53/udp, expect: allowed, by: 'sites egress[0]'}")]
    [InlineData("{from: free, to: svc/kube-system/kube-dns, expect: allowed, by: none}")]
    [InlineData("{from: client, to: domain/www.example.com, port: 443, expect: allowed, by: 'sites egress[1]'}")]
    [InlineData("{from: client, to: domain/EXAMPLE.org., port: 443, expect: allowed, by: 'sites egress[1]'}")]
    [InlineData("{from: client, to: [domain/example.com, domain/www.example.org], port: 443, expect: denied, by: 'sites egress[2]'}")]
    [InlineData("{from: client, to: domain/www.example.com, port: 80, expect: denied}")]
    [InlineData("{from: client, to: outside, port: any, expect: denied}")]
    public void Expectations_know_cluster_dns_and_names(string test)
    {
        var read = Manifests.Documents($"{{tests: [{test}]}}", "tests.yaml")[0];
        var (document, errors) = PolicyTestReader.Read(read.Root, "tests.yaml", read.Lines.Of);
        Assert.Empty(errors);
        var cluster = OfflineCluster.From(Manifests.Load(Pods + Policies).Select(manifest => manifest.Object));
        var tester = new PolicyTester(cluster.Objects, cluster.Pods, document.Expectations);
        Assert.Empty(tester.Problems);
        var (checks, problems) = tester.ChecksOf(document.Expectations[0]);
        Assert.Empty(problems);
        var report = tester.Run([(document.Expectations[0], checks)]);
        Assert.True(report is { Failed: 0, Connections: > 0 }, new PolicyTestText(_ => null).Of(report, verbose: true));
    }

    [Fact]
    public void An_explanation_says_what_names_and_cluster_dns_are_reached()
    {
        var cluster = OfflineCluster.From(Manifests.Load(Pods + Policies).Select(manifest => manifest.Object));
        var text = ReachText.Of(new PolicyExplainer(cluster.Objects, cluster.Pods).Explain(new ObjectKey("default", "client")), _ => null);
        Assert.Contains("accept TCP 443 to domain *.example.com; domain example.org (ClusterNetworkPolicy sites egress[1] (web))", text, StringComparison.Ordinal);
        Assert.Contains("UDP 53: cluster DNS (ClusterNetworkPolicy sites egress[0] (names))", text, StringComparison.Ordinal);
        Assert.Contains("domain *.example.com", text[text.IndexOf("TCP 443: ", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_names_the_domains_that_are_opened()
    {
        var (before, after) = (OfflineCluster.From(Manifests.Load(Pods + Policies).Select(manifest => manifest.Object)), OfflineCluster.From(
            Manifests.Load(Pods + Policies.Replace("example.org]", "example.org, \"*.example.net\"]", StringComparison.Ordinal)).Select(manifest => manifest.Object)));
        var change = Assert.Single(PolicyDiff.Between((before.Objects, before.Pods), (after.Objects, after.Pods)).Changes);
        Assert.True(change.IsOpened);
        Assert.Equal(["default/client"], change.From);
        Assert.Contains("domain *.example.net", Assert.Single(change.To), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client", L4Protocol.Udp, TraceOutcome.Delivered)]
    [InlineData("client", L4Protocol.Tcp, TraceOutcome.Dropped)]
    [InlineData("free", L4Protocol.Tcp, TraceOutcome.Delivered)]
    public void A_trace_ends_at_the_node_itself_without_the_tables_of_Services(string pod, L4Protocol protocol, TraceOutcome outcome)
    {
        var cluster = OfflineCluster.From(Manifests.Load(Pods + Policies).Select(manifest => manifest.Object));
        var map = new TraceMap(cluster.Objects, cluster.Pods);
        var tracer = new Tracer(cluster.Objects, cluster.Pods, "node1", name => AssumedMachine.Of(cluster.Objects, name));
        var report = tracer.Trace(map.Client(pod, "default", v6: false), map.EndOf(IpAddress.Parse("169.254.20.10")), 53, protocol);
        Assert.Equal(outcome, report.Outcome);
        var endpoint = Assert.Single(report.Endpoints);
        Assert.Equal("cluster DNS", endpoint.End.What);
        Assert.Contains(endpoint.Hops, hop => hop.Effect == "to the node itself");
    }
}
