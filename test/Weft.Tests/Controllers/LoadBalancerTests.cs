using Weft.Kubernetes;
using Weft.Lab;
using Weft.Lab.Controllers;
using Weft.Model;

namespace Weft.Tests.Controllers;

public sealed class LoadBalancerTests
{
    private static readonly EquatableArray<IpRange> Ranges = [IpRange.Parse("192.0.2.0/29"), IpRange.Parse("2001:db8::/120")];

    [Fact]
    public void Every_balanced_service_gets_an_address_of_each_of_its_families_and_keeps_it()
    {
        var (a, b) = (Service("a", 1), Service("b", 2) with { Spec = Service("b", 2).Spec with { IpFamilies = ["IPv4", "IPv6"] } });
        var first = Assign(a, b);
        Assert.Equal(("192.0.2.1", "192.0.2.2,2001:db8::1"), (Text(first, "a"), Text(first, "b")));
        Assert.Equal("192.0.2.2,2001:db8::1", Text(Assign(With(b, "192.0.2.2", "2001:db8::1")), "b"));
    }

    [Fact]
    public void A_named_address_is_nobody_elses_and_refused_when_taken_or_outside()
    {
        var (named, other) = (Service("z", 9, "192.0.2.1"), Service("a", 1));
        Assert.Equal(("192.0.2.1", "192.0.2.2"), (Text(Assign(named, other), "z"), Text(Assign(named, other), "a")));
        Assert.Equal("address 192.0.2.1 is already that of Service default/a", Assign(named, With(other, "192.0.2.1"))[named.Key()].Problem);
        Assert.Contains("is not in the load balancer range", Assign(Service("z", 9, "203.0.113.1"))[named.Key()].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_range_is_said_and_another_class_is_left_alone()
    {
        var services = Enumerable.Range(0, 7).Select(i => Service($"s{i}", i)).ToArray();
        Assert.Equal(5, Assign(services).Values.Count(answer => answer.Addresses.Count == 1));
        Assert.Contains("no IPv4 address is free", Assign(services)[services[6].Key()].Problem, StringComparison.Ordinal);
        Assert.Equal("address 192.0.2.6 is that of a node", Assign(Service("z", 9, "192.0.2.6")).Values.Single().Problem);
        var foreign = services[0] with { Spec = services[0].Spec with { LoadBalancerClass = "example.com/other" } };
        Assert.Empty(Assign(foreign));
    }

    [Theory]
    [InlineData("172.30.0.0/24", "172.30.0.192/26")]
    [InlineData("fd00:172:30::/64", "fd00:172:30::1:0/112")]
    public void A_labs_range_is_a_part_of_its_underlay(string underlay, string range) =>
        Assert.Equal(range, LabRanges.LoadBalancers(IpPrefix.Parse(underlay)).ToString());

    [Fact]
    public async Task The_address_is_in_the_status_while_the_service_is_balanced()
    {
        await using var cluster = await TestCluster.StartAsync(new ControllerOptions { LoadBalancerRanges = Ranges });
        await cluster.CreateAsync<Service>("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: default}, spec: {type: LoadBalancer, ports: [{port: 80}]}}");
        await cluster.UntilAsync<Service>(all => all.Any(one => one.Status?.LoadBalancer?.Ingress is [{ Ip: "192.0.2.1" }]));
        await cluster.Client.ModifyAsync<Service>("default", "web", old => old with { Spec = old.Spec with { Type = "ClusterIP" } });
        await cluster.UntilAsync<Service>(all => all.All(one => one.Status?.LoadBalancer?.Ingress.Count is null or 0));
    }

    private static IReadOnlyDictionary<ObjectKey, (EquatableArray<IpAddress> Addresses, string? Problem)> Assign(params Service[] services) => new LoadBalancerPool(Ranges, new HashSet<IpAddress> { IpAddress.Parse("192.0.2.6") }).Assign(services);

    private static string Text(IReadOnlyDictionary<ObjectKey, (EquatableArray<IpAddress> Addresses, string? Problem)> answers, string name) =>
        string.Join(',', answers[new ObjectKey("default", name)].Addresses);

    private static Service With(Service service, params string[] addresses) =>
        service with { Status = new() { LoadBalancer = new() { Ingress = [.. addresses.Select(address => new LoadBalancerIngress { Ip = address })] } } };

    private static Service Service(string name, int age, string? address = null) => new()
    {
        Metadata = new() { Name = name, Namespace = "default", CreationTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(age) },
        Spec = new() { Type = "LoadBalancer", LoadBalancerIP = address, IpFamilies = ["IPv4"] },
    };
}
