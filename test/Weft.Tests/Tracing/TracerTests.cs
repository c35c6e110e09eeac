using Weft.Compilers.Clusters;
using Weft.Compilers.Offline;
using Weft.Compilers.Tracing;
using Weft.Kubernetes.Client;
using Weft.Kubernetes;
using Weft.Model.Nodes;
using Weft.Model.Services;
using Weft.Model;

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

    /// <summary>What becomes of connections, whatever the target.</summary>
    public static TheoryData<ProxyMode, string, string, int, TraceOutcome> Ends
    {
        get
        {
            var ends = new TheoryData<ProxyMode, string, string, int, TraceOutcome>();
            foreach (var target in (ProxyMode[])[ProxyMode.Nftables, ProxyMode.Iptables, ProxyMode.Ipvs])
            {
                ends.Add(target, "client", "svc/web", 80, TraceOutcome.Delivered);
                ends.Add(target, "node/node1", "svc/web", 80, TraceOutcome.Delivered);
                ends.Add(target, "192.0.2.1", "svc/web", 80, TraceOutcome.Delivered);
                ends.Add(target, "198.51.100.9", "203.0.113.7", 80, TraceOutcome.Delivered);
                ends.Add(target, "client", "8.8.8.8", 80, TraceOutcome.Delivered);
                ends.Add(target, "192.0.2.1", "203.0.113.7", 80, TraceOutcome.Dropped);
                ends.Add(target, "client", "svc/near", 80, TraceOutcome.Dropped);
                ends.Add(target, "client", "svc/empty", 80, TraceOutcome.Refused);
                ends.Add(target, "client", "svc/web", 81, TraceOutcome.Refused);
                ends.Add(target, "node/node1", "svc/empty", 80, TraceOutcome.Refused);
            }

            return ends;
        }
    }

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

    [Theory]
    [InlineData(ProxyMode.Nftables, "all-4-masq-outside")]
    [InlineData(ProxyMode.Iptables, "KUBE-SEP-")]
    [InlineData(ProxyMode.Ipvs, "scheduler rr")]
    public void Every_target_leads_to_the_same_endpoints_by_its_own_rules(ProxyMode target, string rule)
    {
        var report = Trace("client", "svc/web", target: target);
        Assert.Equal((TraceOutcome.Delivered, target.ToString().ToLowerInvariant()), (report.Outcome, report.Target));
        Assert.Equal(["pod default/web-0", "pod default/web-1", "pod default/web-2", "pod default/web-3"], report.Endpoints.Select(endpoint => endpoint.End.What).Order());
        Assert.All(report.Endpoints, endpoint => Assert.Equal(0.25, endpoint.Probability, 6));
        Assert.All(report.Endpoints, endpoint => Assert.Equal((8080, false), (endpoint.Port, endpoint.Masqueraded)));
        Assert.Contains(report.Hops.Concat(report.Endpoints[0].Hops), hop => hop.Effect == "chooses an endpoint" && hop.Rule.Contains(rule, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void No_target_delivers_what_another_does_not(ProxyMode target, string from, string to, int port, TraceOutcome outcome)
    {
        var report = Trace(from, to, (ushort)port, target);
        Assert.Equal(outcome, report.Outcome);
        Assert.Equal(outcome == TraceOutcome.Delivered, report.Endpoints.Count > 0);
        Assert.NotEmpty(report.Hops.Concat(report.Endpoints.SelectMany(endpoint => endpoint.Hops)));
    }

    [Fact]
    public void Without_a_target_nobody_answers_for_a_virtual_address()
    {
        var endpoint = Assert.Single(Trace("client", "svc/web", target: ProxyMode.None).Endpoints);
        Assert.Equal(IpAddress.Parse("10.96.1.0"), endpoint.End.Address);
    }

    [Fact]
    public void The_settings_of_the_cluster_choose_the_target()
    {
        var settings = new ConfigMap { Metadata = new() { Name = "weft-config", Namespace = "kube-system" }, Data = StringMap.Of(("proxy", "iptables")) };
        var objects = _cluster.Objects with { Configuration = settings };
        var client = new TraceMap(objects, _cluster.Pods).Client("client", "default", v6: false);
        Assert.Equal("iptables", new Tracer(objects, _cluster.Pods, "node1", Machine).Trace(client, client, 80, L4Protocol.Tcp).Target);
    }

    [Fact]
    public void The_way_ends_on_the_other_sides_node()
    {
        var remote = Trace("client", "svc/web").Endpoints.First(endpoint => endpoint.End.Node == "node2");
        Assert.Equal(("node2", "to the pod's interface", remote.End.What), (remote.Hops[^1].Node, remote.Hops[^1].Effect, remote.Hops[^1].Object));
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

    private TraceReport Trace(string from, string to, ushort port = 80, ProxyMode? target = null)
    {
        var map = new TraceMap(_cluster.Objects, _cluster.Pods);
        var client = map.Client(from, "default", v6: false);
        var service = map.ServiceOf(to, "default");
        var end = service is null ? map.Destination(to, "default", v6: false) : new TraceEnd(to, IpAddress.Parse(service.Spec.ClusterIP!), null);
        return new Tracer(_cluster.Objects, _cluster.Pods, "node1", Machine, target).Trace(client, end, port, L4Protocol.Tcp);
    }

    private static HostView Machine(string node) => new()
    {
        Links = [new HostLink("eth0", 1500, [new HostAddress(IpAddress.Parse(node == "node1" ? "172.30.0.2" : "172.30.0.3"), 24)])], BridgeNetfilter = true,
    };
}
