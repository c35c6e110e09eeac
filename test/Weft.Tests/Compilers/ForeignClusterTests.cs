using Weft.Compilers;
using Weft.Compilers.Clusters;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Compilers;

/// <summary>Clusters that nobody set up for Weft: no ConfigMap, nodes as kubeadm, clouds and others leave them.</summary>
public sealed class ForeignClusterTests
{
    [Fact]
    public void Without_a_ConfigMap_the_ranges_of_Services_come_from_ServiceCIDR_objects()
    {
        var cluster = new ClusterSnapshot { Nodes = [Node("a", ["10.244.0.0/24"], ("InternalIP", "192.168.1.2"))], ServiceCidrs = [Cidr("kubernetes", "10.96.0.0/12", "fd00:96::/112"), Cidr("more", "10.200.0.0/16")] };
        var table = ServiceCompiler.CompileOnce(cluster, "a").Table;
        Assert.Equal([IpPrefix.Parse("10.96.0.0/12"), IpPrefix.Parse("10.200.0.0/16"), IpPrefix.Parse("fd00:96::/112")], table.ServiceRanges.Order());
    }

    [Fact]
    public void The_ConfigMap_has_the_last_word_on_the_ranges_of_Services()
    {
        var map = new ConfigMap { Data = StringMap.Of(("service-cidrs", "10.97.0.0/16")) };
        var (settings, problems) = ClusterSettingsCompiler.Compile(map, [Cidr("kubernetes", "10.96.0.0/12")]);
        Assert.Equal([IpPrefix.Parse("10.97.0.0/16")], settings.ServiceRanges.AsEnumerable());
        Assert.Empty(problems);
    }

    [Fact]
    public void A_range_that_cannot_be_read_is_told_and_the_others_count()
    {
        var (settings, problems) = ClusterSettingsCompiler.Compile(null, [Cidr("odd", "10.96/12", "10.98.0.0/16")]);
        Assert.Equal([IpPrefix.Parse("10.98.0.0/16")], settings.ServiceRanges.AsEnumerable());
        Assert.Equal(["ServiceCIDR odd"], problems.Select(problem => problem.Object));
    }

    [Fact]
    public void A_new_range_reaches_a_compiler_that_remembers()
    {
        var compiler = new ServiceCompiler();
        var cluster = new ClusterSnapshot { ServiceCidrs = [Cidr("kubernetes", "10.96.0.0/16")] };
        compiler.Compile(cluster, "a");
        var table = compiler.Compile(cluster with { ServiceCidrs = [Cidr("kubernetes", "10.96.0.0/16"), Cidr("more", "10.99.0.0/16")] }, "a").Table;
        Assert.Contains(IpPrefix.Parse("10.99.0.0/16"), table.ServiceRanges);
    }

    [Fact]
    public void A_node_without_podCIDR_is_told_what_gives_it_one()
    {
        var problem = Assert.Single(Problems(Node("a", [], ("InternalIP", "192.168.1.2"))), problem => problem.Reason == "PodCIDRMissing");
        Assert.Equal("Node a", problem.Object);
        Assert.Contains("--allocate-node-cidrs", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_with_an_external_address_and_a_hostname_only_is_told_that_it_lacks_an_internal_one()
    {
        var problem = Assert.Single(Problems(Node("a", ["10.244.0.0/24"], ("ExternalIP", "203.0.113.5"), ("Hostname", "a"))), problem => problem.Reason == "InternalIPMissing");
        Assert.Contains("--node-ip", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_of_both_families_and_hostnames_beside_them_are_read()
    {
        var (topology, problems) = TopologyCompiler.Compile(
            [Node("a", ["10.244.0.0/24", "fd44::/64"], ("Hostname", "a"), ("InternalIP", "192.168.1.2"), ("ExternalDNS", "a.example.com"), ("InternalIP", "fd00::2"), ("ExternalIP", "203.0.113.5"))],
            new ClusterSettings());
        Assert.Empty(problems);
        Assert.Equal([IpAddress.Parse("192.168.1.2"), IpAddress.Parse("fd00::2")], topology.Find("a")!.Addresses.AsEnumerable());
        Assert.Equal(2, topology.PodRanges.Count);
    }

    [Fact]
    public void A_peer_that_is_not_complete_yet_holds_up_nobody_else()
    {
        KubeNode[] nodes = [Node("a", ["10.244.0.0/24"], ("InternalIP", "192.168.1.2")), Node("b", ["10.244.1.0/24"], ("InternalIP", "192.168.1.3")), Node("new", [])];
        var view = Host("192.168.1.2");
        var before = NodeCompiler.Compile(new ClusterSnapshot { Nodes = [.. nodes[..2]] }, "a", view).Desired;
        var with = NodeCompiler.Compile(new ClusterSnapshot { Nodes = [.. nodes] }, "a", view).Desired;
        Assert.NotEmpty(before.Routes);
        Assert.Equal(before, with);
        Assert.Empty(NodeCompiler.Compile(new ClusterSnapshot { Nodes = [nodes[0]] }, "a", view).Desired.Routes);
    }

    private static IEnumerable<Problem> Problems(KubeNode node) => NodeCompiler.Compile(new ClusterSnapshot { Nodes = [node] }, node.Metadata.Name, Host("192.168.1.2")).Problems;

    private static HostView Host(string address) => new() { Links = [new HostLink("eth0", 1500, [new HostAddress(IpAddress.Parse(address), 24)])], BridgeNetfilter = true };

    private static ServiceCidr Cidr(string name, params string[] blocks) => new() { Metadata = new() { Name = name }, Spec = new() { Cidrs = [.. blocks] } };

    private static KubeNode Node(string name, string[] ranges, params (string Type, string Address)[] addresses) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { PodCIDRs = [.. ranges], PodCIDR = ranges.FirstOrDefault() },
        Status = new() { Addresses = [.. addresses.Select(address => new NodeAddress(address.Type, address.Address))] },
    };
}
