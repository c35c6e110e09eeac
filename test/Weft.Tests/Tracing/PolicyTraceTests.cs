using Weft.Compilers.Offline;
using Weft.Compilers.Tracing;
using Weft.Kubernetes.Client;
using Weft.Model.Services;

namespace Weft.Tests.Tracing;

/// <summary>Traces go through the policies of both ends.</summary>
public sealed class PolicyTraceTests
{
    private const string Yaml = """
        apiVersion: v1
        kind: Pod
        metadata: {name: client, labels: {app: client}}
        spec: {nodeName: node1, containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: open, labels: {app: web}}
        spec: {nodeName: node1, containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: guarded, labels: {app: web, guarded: "yes"}}
        spec: {nodeName: node2, containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: guarded}
        spec: {selector: {guarded: "yes"}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: guard}
        spec:
          podSelector: {matchLabels: {guarded: "yes"}}
          ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}, {podSelector: {matchLabels: {app: friend}}}]}]
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: clients}
        spec:
          podSelector: {matchLabels: {app: client}}
          policyTypes: [Egress]
          egress: [{to: [{podSelector: {}}], ports: [{port: 8080}]}]
        """;

    private readonly OfflineCluster _cluster = OfflineCluster.From(Manifests.Load(Yaml).Select(manifest => manifest.Object));

    [Theory]
    [InlineData("client", "open", 8080, TraceOutcome.Delivered, null)]
    [InlineData("client", "open", 8081, TraceOutcome.Dropped, "denied at the egress of default/client on node1: default deny of NetworkPolicy default/clients")]
    [InlineData("client", "8.8.8.8", 53, TraceOutcome.Dropped, "denied at the egress of default/client on node1: default deny of NetworkPolicy default/clients")]
    [InlineData("client", "node/node1", 8080, TraceOutcome.Dropped, "denied at the egress of default/client on node1: default deny of NetworkPolicy default/clients")]
    [InlineData("client", "guarded", 8080, TraceOutcome.Dropped, "denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard")]
    [InlineData("node/node2", "guarded", 8080, TraceOutcome.Delivered, null)]
    [InlineData("node/node1", "guarded", 8080, TraceOutcome.Dropped, "denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard")]
    [InlineData("192.0.2.1", "guarded", 8080, TraceOutcome.Delivered, null)]
    [InlineData("192.0.3.1", "guarded", 8080, TraceOutcome.Dropped, "denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard")]
    [InlineData("client", "svc/web", 80, TraceOutcome.Partial, "of 2 endpoints 1 may not be reached: denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard")]
    [InlineData("client", "svc/guarded", 80, TraceOutcome.Dropped, "denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard")]
    public void The_end_that_denies_is_named(string from, string to, int port, TraceOutcome outcome, string? reason)
    {
        var report = Trace(from, to, (ushort)port);
        Assert.Equal((outcome, reason), (report.Outcome, report.Reason));
    }

    [Fact]
    public void Every_endpoint_has_its_verdict()
    {
        var endpoints = Trace("client", "svc/web", 80).Endpoints.OrderBy(endpoint => endpoint.End.What).ToList();
        Assert.Equal(["pod default/guarded", "pod default/open"], endpoints.Select(endpoint => endpoint.End.What));
        Assert.Equal([false, true], endpoints.Select(endpoint => endpoint.Policies.IsAccepted));
        Assert.All(endpoints, endpoint => Assert.Equal("NetworkPolicy default/clients egress[0]", endpoint.Policies.Egress!.Rule!.ToString()));
        Assert.All(endpoints, endpoint => Assert.Equal(0.5, endpoint.Probability, 6));
        Assert.Equal("ingress of default/guarded denied", endpoints[0].Hops[^1].Effect);
    }

    [Fact]
    public void A_client_that_is_hidden_by_another_node_is_judged_as_that_node()
    {
        // From 192.0.2.1 it is allowed itself; through the node port of node1 it comes to node2 from node1.
        var report = Trace("192.0.2.1", "node/node1", 30080);
        var guarded = report.Endpoints.Single(endpoint => endpoint.End.What == "pod default/guarded");
        Assert.True(guarded.Masqueraded);
        Assert.Equal("denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard", guarded.Policies.Denier?.ToString());
    }

    [Fact]
    public void The_way_is_told_until_it_ends_and_what_lies_behind()
    {
        var text = TraceText.Of(Trace("client", "guarded", 8081), colours: false);
        Assert.Equal(
            """
            pod default/client (10.244.0.2) on node1 to pod default/guarded (10.244.1.2) on node2 port 8081/TCP, by nftables
              node1 prerouting: jump services
                  ip weft-services prerouting: jump services
              100.0 % pod default/guarded (10.244.1.2) on node2 port 8081, denied
                  node1 route: to node node2 [Node node2]
                      10.244.1.0/24 via 172.30.0.3 dev eth0 src 172.30.0.2
                  node1 forward: egress of default/client denied [default deny of NetworkPolicy default/clients]
                      inet weft-policies egress4-judge: @any: return, then drop
                  behind it: denied at the ingress of default/guarded on node2: default deny of NetworkPolicy default/guard
            dropped: denied at the egress of default/client on node1: default deny of NetworkPolicy default/clients

            """,
            text);
    }

    [Fact]
    public void Programs_read_the_verdicts_too()
    {
        var endpoint = TraceText.Json(Trace("client", "guarded", 8080))["endpoints"]![0]!;
        Assert.Equal("denied", (string)endpoint["verdict"]!);
        Assert.Equal(
            """{"node":"node2","pod":"default/guarded","direction":"ingress","accepted":false,"reason":"default deny of NetworkPolicy default/guard","deciders":["NetworkPolicy default/guard"],"deniedUnderAudit":null}""",
            endpoint["policies"]![1]!.ToJsonString());
    }

    private TraceReport Trace(string from, string to, ushort port)
    {
        var map = new TraceMap(_cluster.Objects, _cluster.Pods);
        var service = map.ServiceOf(to, "default");
        var client = map.Client(from, "default", v6: false);
        var end = service is null ? map.Destination(to, "default", v6: false) : new TraceEnd($"service {service.Metadata.Name}", Model.IpAddress.Parse(service.Spec.ClusterIP!), null);
        var node = client.Node ?? end.Node ?? "node1";
        return new Tracer(_cluster.Objects, _cluster.Pods, node, name => AssumedMachine.Of(_cluster.Objects, name)).Trace(client, end, port, L4Protocol.Tcp);
    }
}
