using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Testing;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Tests.Policies.Testing;

/// <summary>Expectations held against compiled rules: what is said when they are met, when they are not, and when they mean nobody.</summary>
public sealed class PolicyTesterTests
{
    private const string Cluster = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {team: shop}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: 2
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: x, ports: [{name: http, containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client, namespace: shop, labels: {app: client}}
        spec: {containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: stranger}
        spec: {containers: [{name: c, image: x}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: web, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          ingress:
          - from: [{podSelector: {matchLabels: {app: client}}}]
            ports: [{port: http}]
          - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]
        """;

    private readonly PolicyTester _tester;

    public PolicyTesterTests()
    {
        var cluster = OfflineCluster.From(Manifests.Load(Cluster).Select(manifest => manifest.Object));
        _tester = new PolicyTester(cluster.Objects, cluster.Pods);
    }

    [Theory]
    [InlineData("{from: app=client, to: app=web, port: http, expect: allowed, by: 'web ingress[0]'}")]
    [InlineData("{from: client, to: svc/web, expect: allowed, by: shop/web}")]
    [InlineData("{from: client, to: app=web, port: 8081, expect: denied, by: NetworkPolicy shop/web}")]
    [InlineData("{from: default/*, to: [app=web, svc/web], expect: denied}")]
    [InlineData("{from: 192.0.2.0/25, to: web-*, port: any, expect: allowed}")]
    [InlineData("{from: 192.0.2.128/25, to: web-*, port: any, expect: denied}")]
    [InlineData("{from: {cidr: outside, except: [192.0.2.0/25]}, to: web-*, port: any, expect: denied}")]
    [InlineData("{from: 192.0.2.7, to: web-0, port: icmp, expect: allowed}")]
    [InlineData("{from: node/node1, to: web-0, expect: allowed, by: none}")]
    [InlineData("{from: node/node2, to: web-0, expect: denied}")]
    [InlineData("{from: app=web, to: outside, port: any, expect: allowed, by: none}")]
    [InlineData("{from: {namespaces: team=shop}, to: client, port: any, expect: allowed}")]
    public void What_holds_passes(string test)
    {
        var report = Run(test);
        Assert.True(report.Failed == 0, new PolicyTestText(_ => null).Of(report, verbose: true));
        Assert.True(report.Connections > 0);
    }

    [Fact]
    public void A_failure_says_what_was_expected_what_happens_and_who_decided_where()
    {
        var report = Run("{name: strangers too, from: default/stranger, to: svc/web, port: http, expect: allowed}");
        Assert.Equal(
            """
            FAIL strangers too (tests.yaml:1)
                   expected: pod default/stranger to service shop/web (10.96.1.0) on TCP 80 is allowed
                   found:    denied at the ingress of shop/web-0 on node1: default deny of NetworkPolicy shop/web; denied at the ingress of shop/web-1 on node2: default deny of NetworkPolicy shop/web
                             NetworkPolicy shop/web: policies.yaml:7
            0 of 1 expectations met, 1 connections checked

            """,
            new PolicyTestText(rule => rule.Policy == "web" ? "policies.yaml:7" : null).Of(report, verbose: false).Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Failures_that_differ_in_ports_are_told_once()
    {
        var text = new PolicyTestText(_ => null).Of(Run("{from: client, to: web-0, port: any, expect: allowed}"), verbose: false);
        Assert.Contains("pod shop/client to pod shop/web-0 (10.244.0.3) on ICMP, TCP 1, TCP 8081, UDP 1, SCTP 1 is allowed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_policy_than_the_one_named_is_a_failure() =>
        Assert.Contains("allowed as expected, but not by web ingress[1]: accepted at the ingress of shop/web-0 on node1: NetworkPolicy shop/web ingress[0]",
            Run("{from: client, to: web-0, expect: allowed, by: 'web ingress[1]'}").Results[0].Failures[0].Found, StringComparison.Ordinal);

    [Theory]
    [InlineData("{from: nobody, to: web-0, expect: denied}", "there is no pod shop/nobody; there are client, web-0, web-1")]
    [InlineData("{from: web, to: client, port: 1, expect: denied}", "there is no pod web, but web-0, web-1: write web-*, or labels")]
    [InlineData("{from: app=none, to: client, port: 1, expect: denied}", "no pod of namespace shop has the labels app=none; there are client (app=client), web-0 (app=web), web-1 (app=web)")]
    [InlineData("{from: none/x, to: client, port: 1, expect: denied}", "namespace none has no pods; there are pods in default, shop")]
    [InlineData("{from: client, to: client, expect: denied}", "which port of pod shop/client? It declares none: write port, or port: any for all")]
    [InlineData("{from: client, to: web-0, port: https, expect: denied}", "pod shop/web-0 has no port named https; it has http (TCP 8080)")]
    [InlineData("{from: client, to: svc/none, expect: denied}", "there is no Service shop/none; there are shop/web")]
    [InlineData("{from: node/none, to: web-0, expect: denied}", "no node is meant by 'node/none'; there are node1, node2")]
    [InlineData("{from: client, to: web-0, expect: denied, by: nobody}", "by: there is no policy 'nobody'; there are shop/web")]
    [InlineData("{from: 'fd00::/8', to: web-0, expect: denied}", "it means no connection: both ends have no address family in common, or all addresses of the block are the cluster's")]
    public void What_means_nobody_is_wrong_and_says_what_there_is(string test, string problem)
    {
        var (_, problems) = _tester.ChecksOf(Expectations(test)[0]);
        Assert.Equal([problem], problems.Select(text => text[(text.IndexOf(": ", text.IndexOf(": ", StringComparison.Ordinal) + 1, StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void Continuous_integration_reads_the_results()
    {
        var report = Run("{from: client, to: web-0, expect: allowed}, {from: client, to: web-1, expect: denied}");
        var suite = new PolicyTestText(_ => null).JUnit(report).Root!.Element("testsuite")!;
        Assert.Equal(("tests.yaml", "2", "1"), ((string?)suite.Attribute("name"), (string?)suite.Attribute("tests"), (string?)suite.Attribute("failures")));
        Assert.Contains("accepted at the ingress of shop/web-1", suite.Elements("testcase").Last().Element("failure")!.Value, StringComparison.Ordinal);
        var json = new PolicyTestText(_ => "policies.yaml:7").Json(report);
        Assert.Equal("""["policies.yaml:7"]""", json["results"]![1]!["failures"]![0]!["decidedBy"]![0]!["files"]!.ToJsonString());
        Assert.Equal((1, 1, 2), ((int)json["passed"]!, (int)json["failed"]!, (int)json["connections"]!));
    }

    private PolicyTestReport Run(string tests) => _tester.Run(Expectations(tests).Select(expectation =>
    {
        var (checks, problems) = _tester.ChecksOf(expectation);
        Assert.Empty(problems);
        return (expectation, checks);
    }).ToList());

    private static EquatableArray<PolicyExpectation> Expectations(string tests)
    {
        var document = Manifests.Documents($"{{namespace: shop, tests: [{tests}]}}", "tests.yaml")[0];
        var (read, errors) = PolicyTestReader.Read(document.Root, "tests.yaml", document.Lines.Of);
        Assert.Empty(errors);
        return read.Expectations;
    }
}
