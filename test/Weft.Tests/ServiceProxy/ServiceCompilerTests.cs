using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using static Weft.Tests.ServiceProxy.TestServices;

namespace Weft.Tests.ServiceProxy;

/// <summary>What of a Service is served, and what is a problem.</summary>
public sealed class ServiceCompilerTests
{
    [Fact]
    public void A_load_balancer_is_reached_by_every_kind_of_address()
    {
        var service = Service("web", "10.96.0.1", new ServicePort { Port = 80, NodePort = 30080 });
        service = service with
        {
            Spec = service.Spec with { Type = "LoadBalancer", ExternalIPs = ["192.0.2.7"], ClusterIPs = ["10.96.0.1", "fd96::1"] },
            Status = Ingress(new() { Ip = "203.0.113.1" }, new() { Ip = "203.0.113.2", IpMode = "Proxy" }, new() { Hostname = "lb.example.org" }, new() { Ip = "203.0.113.3", IpMode = "VIP" }),
        };
        var (table, problems) = Compile(service);
        Assert.Empty(problems);
        Assert.Equal(
            [(FrontendKind.ClusterIp, "10.96.0.1", 80), (FrontendKind.ExternalIp, "192.0.2.7", 80), (FrontendKind.LoadBalancerIp, "203.0.113.1", 80), (FrontendKind.LoadBalancerIp, "203.0.113.3", 80), (FrontendKind.NodePort, "", 30080)],
            table.Ports[0].Frontends.Select(frontend => (frontend.Kind, frontend.Address?.ToString() ?? "", (int)frontend.Port)));
        Assert.Equal([FrontendKind.ClusterIp, FrontendKind.NodePort], table.Ports[1].Frontends.Select(frontend => frontend.Kind));
        Assert.True(table.Ports[1].IsV6);
    }

    [Fact]
    public void Policies_affinity_and_health_check_port_are_taken_over()
    {
        var service = Service("web", "10.96.0.1");
        service = service with
        {
            Spec = service.Spec with
            {
                Type = "LoadBalancer", ExternalTrafficPolicy = "Local", InternalTrafficPolicy = "Local", HealthCheckNodePort = 32000, SessionAffinity = "ClientIP",
            },
        };
        var (table, _) = Compile(service, Slice("a", At("10.244.1.5", Self), At("10.244.1.6", Self).With(ready: false), At("10.244.2.1")));
        var port = Assert.Single(table.Ports);
        Assert.True(port is { ExternalLocal: true, InternalLocal: true, AffinitySeconds: 10800 });
        Assert.Equal(new ServiceHealthCheck("default", "web", 32000, 1), Assert.Single(table.HealthChecks));
    }

    [Theory]
    [InlineData("192.0.2.0/24, fd00::/8", "192.0.2.0/24", false)]
    [InlineData("fd00::/8", "", false)]
    [InlineData("192.0.2.0/24,192.0.2.0/28,junk", "192.0.2.0/24", true)]
    [InlineData("172.30.0.0/16", "172.30.0.0/16,203.0.113.1/32", false)]
    public void Source_ranges_are_kept_by_family_and_a_node_that_is_admitted_may_use_the_address_it_has(string ranges, string expected, bool isBad)
    {
        var service = Service("web", "10.96.0.1");
        service = service with
        {
            Spec = service.Spec with { Type = "LoadBalancer", LoadBalancerSourceRanges = ranges.Split(',').ToEquatableArray() },
            Status = Ingress(new LoadBalancerIngress { Ip = "203.0.113.1" }),
        };
        var (table, problems) = Compile(service);
        Assert.True(table.Ports[0].RestrictsSources);
        Assert.Equal(expected, string.Join(',', table.Ports[0].SourceRanges.AsEnumerable()));
        Assert.Equal(isBad ? ["InvalidSourceRange"] : [], problems.Select(problem => problem.Reason));
    }

    [Theory]
    [InlineData("None", null, null)]
    [InlineData("", null, null)]
    [InlineData("10.96.0.1", "ExternalName", null)]
    [InlineData("10.96.0.1", null, "service.kubernetes.io/service-proxy-name")]
    [InlineData("10.96.0.1", null, "service.kubernetes.io/headless")]
    public void Nothing_is_served_for_headless_external_and_others_services(string clusterIp, string? type, string? label)
    {
        var service = Service("web", clusterIp);
        service = service with
        {
            Metadata = service.Metadata with { Labels = label is null ? StringMap.Empty : StringMap.Of((label, "x")) },
            Spec = service.Spec with { Type = type },
        };
        var (table, problems) = Compile(service, Slice("a", At("10.244.2.1")));
        Assert.Empty(table.Ports);
        Assert.Empty(problems);
    }

    [Fact]
    public void Bad_ports_are_problems_and_leave_the_good_ones()
    {
        var (table, problems) = Compile(Service(
            "web",
            "10.96.0.1",
            new ServicePort { Name = "a", Port = 80 },
            new ServicePort { Name = "b", Port = 80 },
            new ServicePort { Name = "a", Port = 81 },
            new ServicePort { Name = "c", Port = 80, Protocol = "UDP" },
            new ServicePort { Name = "d", Port = 82, Protocol = "ICMP" },
            new ServicePort { Name = "e", Port = 70000 }));
        Assert.Equal(["default/web:a", "default/web:c"], table.Ports.Select(port => port.Name.ToString()));
        Assert.Equal(["DuplicatePort", "DuplicatePort", "InvalidPort", "UnknownProtocol"], problems.Select(problem => problem.Reason).Order(StringComparer.Ordinal));
        Assert.All(problems, problem => Assert.Equal("Service default/web", problem.Object));
    }

    [Fact]
    public void A_family_that_the_cluster_or_the_service_lacks_is_a_problem()
    {
        var service = Service("web", "10.96.0.1");
        service = service with { Spec = service.Spec with { ClusterIPs = ["10.96.0.1", "fd96::1"], ExternalIPs = ["2001:db8::7", "nonsense", "127.0.0.1"] } };
        var cluster = new ClusterSnapshot { Nodes = [NodeOf(ranges: "10.244.1.0/24")], Services = [new ServiceObjects(service, [])] };
        var (table, problems) = ServiceCompiler.CompileOnce(cluster, Self);
        Assert.False(Assert.Single(table.Ports).IsV6);
        Assert.Equal(["FamilyMissing", "FamilyMissing", "InvalidAddress", "InvalidAddress"], problems.Select(problem => problem.Reason).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_two_services_with_one_cluster_ip_the_older_has_it_until_it_goes()
    {
        var compiler = new ServiceCompiler();
        var older = new ServiceObjects(Aged(Service("zebra", "10.96.0.1"), 1), []);
        var younger = new ServiceObjects(Aged(Service("ant", "10.96.0.1", new ServicePort { Port = 81 }), 2), []);
        var (table, problems) = compiler.Compile(Cluster(younger, older), Self);
        Assert.Equal([0, 1], table.Ports.Select(port => port.Frontends.Count));
        Assert.Contains("zebra", Assert.Single(problems).Message, StringComparison.Ordinal);

        (table, problems) = compiler.Compile(Cluster(younger), Self);
        Assert.Empty(problems);
        Assert.Single(Assert.Single(table.Ports).Frontends);

        (table, problems) = compiler.Compile(Cluster(younger, older), Self);
        Assert.Equal([0, 1], table.Ports.Select(port => port.Frontends.Count));
        Assert.Equal("Service default/ant", Assert.Single(problems).Object);
    }

    [Fact]
    public void A_node_port_of_two_services_belongs_to_the_older_and_protocols_do_not_conflict()
    {
        ServiceObjects Ported(string name, string address, int age, string protocol)
        {
            var service = Service(name, address, new ServicePort { Port = 80, NodePort = 30080, Protocol = protocol });
            return new ServiceObjects(Aged(service with { Spec = service.Spec with { Type = "NodePort" } }, age), []);
        }

        var (table, problems) = ServiceCompiler.CompileOnce(
            Cluster(Ported("a", "10.96.0.1", 2, "TCP"), Ported("b", "10.96.0.2", 1, "TCP"), Ported("c", "10.96.0.3", 3, "UDP")), Self);
        Assert.Equal([1, 2, 2], table.Ports.Select(port => port.Frontends.Count));
        Assert.Equal("Service default/a", Assert.Single(problems).Object);
    }

    [Fact]
    public void An_external_address_may_not_take_a_cluster_ip_from_its_service()
    {
        var victim = new ServiceObjects(Aged(Service("victim", "10.96.0.1"), 1), []);
        var thief = Service("thief", "10.96.0.2");
        thief = Aged(thief with { Spec = thief.Spec with { ExternalIPs = ["10.96.0.1"] } }, 2);
        var (table, problems) = ServiceCompiler.CompileOnce(Cluster(new ServiceObjects(thief, []), victim), Self);
        Assert.All(table.Ports, port => Assert.Single(port.Frontends));
        Assert.Equal("AddressConflict", Assert.Single(problems).Reason);
    }

    private static Service Aged(Service service, int day) =>
        service with { Metadata = service.Metadata with { CreationTimestamp = new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero) } };

    private static ServiceStatus Ingress(params ReadOnlySpan<LoadBalancerIngress> ingress) => new() { LoadBalancer = new() { Ingress = EquatableArray.Create(ingress) } };
}
