using Weft.Compilers.Offline;
using Weft.Compilers.Tracing;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Services;

namespace Weft.Tests.Tracing;

/// <summary>Manifests alone, completed and traced.</summary>
public sealed class TracerTests
{
    private const string Yaml = """
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec: {containers: [{name: c, image: x}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 4
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: x, ports: [{containerPort: 8080, name: http}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: empty}
        spec: {selector: {app: nobody}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: near}
        spec: {selector: {app: far}, internalTrafficPolicy: Local, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: far, labels: {app: far}}
        spec: {nodeName: node2, containers: [{name: c, image: x}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: guarded}
        spec: {type: LoadBalancer, selector: {app: web}, loadBalancerSourceRanges: [198.51.100.0/24], ports: [{port: 80, targetPort: 8080}]}
        status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}
        """;

    private readonly OfflineCluster _cluster = OfflineCluster.From(Manifests.Load(Yaml).Select(manifest => manifest.Object));

    [Fact]
    public void Every_endpoint_is_shown_with_its_probability_and_route()
    {
        var report = Trace("client", "svc/web");
        Assert.Equal(TraceOutcome.Delivered, report.Outcome);
        Assert.Equal(4, report.Endpoints.Count);
        Assert.Equal(1, report.Endpoints.Sum(endpoint => endpoint.Probability), 6);
        Assert.All(report.Endpoints, endpoint => Assert.Equal((8080, false), (endpoint.Port, endpoint.Masqueraded)));
        Assert.Equal(["pod default/web-0", "pod default/web-1", "pod default/web-2", "pod default/web-3"], report.Endpoints.Select(endpoint => endpoint.End.What).Order());
        var remote = report.Endpoints.First(endpoint => endpoint.End.Node == "node2");
        Assert.Contains("10.244.1.0/24 via 172.30.0.3", remote.Hops[0].Rule, StringComparison.Ordinal);
        Assert.Contains(report.Hops, hop => hop is { Effect: "chooses an endpoint", Object: "Service default/web" });
    }

    [Theory]
    [InlineData("client", "svc/empty", 80, TraceOutcome.Refused, "no pod has the labels app=nobody")]
    [InlineData("client", "svc/web", 81, TraceOutcome.Refused, "Service default/web has no port 81/TCP; it has 80/TCP")]
    [InlineData("client", "10.96.200.1", 80, TraceOutcome.Refused, "no Service has the address 10.96.200.1")]
    [InlineData("client", "svc/near", 80, TraceOutcome.Dropped, "none on node node1, and its internalTrafficPolicy is Local")]
    [InlineData("192.0.2.1", "203.0.113.7", 80, TraceOutcome.Dropped, "192.0.2.1 is not in loadBalancerSourceRanges of Service default/guarded (198.51.100.0/24)")]
    public void Where_there_is_no_endpoint_the_reason_is_told(string from, string to, int port, TraceOutcome outcome, string reason)
    {
        var report = Trace(from, to, (ushort)port);
        Assert.Equal(outcome, report.Outcome);
        Assert.Empty(report.Endpoints);
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1", "svc/web", true)]
    [InlineData("198.51.100.9", "203.0.113.7", true)]
    [InlineData("client", "8.8.8.8", true)]
    [InlineData("client", "web-0", false)]
    [InlineData("client", "node/node2", false)]
    public void Who_is_masqueraded_is_told(string from, string to, bool masqueraded)
    {
        var report = Trace(from, to);
        Assert.NotEmpty(report.Endpoints);
        Assert.All(report.Endpoints, endpoint => Assert.Equal(masqueraded, endpoint.Masqueraded));
    }

    [Fact]
    public void What_is_not_there_is_named_with_what_is()
    {
        Assert.Contains("default/client", Assert.Throws<TraceException>(() => Trace("nobody", "svc/web")).Message, StringComparison.Ordinal);
        Assert.Contains("default/web", Assert.Throws<TraceException>(() => Trace("client", "svc/nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_manifests_give_the_same_cluster_and_every_assumption_is_told()
    {
        var again = OfflineCluster.From(Manifests.Load(Yaml).Select(manifest => manifest.Object));
        Assert.Equal(_cluster.Objects, again.Objects);
        Assert.Contains("Service default/web: the cluster IP 10.96.1.0 is assumed", _cluster.Notes);
        Assert.Contains("Deployment default/web: pods assumed, all ready: 4", _cluster.Notes);
        Assert.Contains(_cluster.Notes, note => note.StartsWith("Service default/guarded: the node port 30086 is assumed", StringComparison.Ordinal));
    }

    private TraceReport Trace(string from, string to, ushort port = 80)
    {
        var map = new TraceMap(_cluster.Objects, _cluster.Pods);
        var client = map.Client(from, "default", v6: false);
        var service = map.ServiceOf(to, "default");
        var end = service is null ? map.Destination(to, "default", v6: false) : new TraceEnd(to, IpAddress.Parse(service.Spec.ClusterIP!), null);
        var host = new HostView { Links = [new HostLink("eth0", 1500, [new HostAddress(IpAddress.Parse("172.30.0.2"), 24)])], BridgeNetfilter = true };
        return new Tracer(_cluster.Objects, _cluster.Pods, "node1", host).Trace(client, end, port, L4Protocol.Tcp);
    }
}
