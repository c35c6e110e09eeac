using Weft.Compilers.Services.Ipvs;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Tests.Targets.Ipvs;

/// <summary>Services become virtual servers, routes and the rules beside them.</summary>
public sealed class IpvsCompilerTests
{
    public static TheoryData<string> Cases() => [.. SampleTables.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_becomes_its_golden_text(string name)
    {
        var own = IpAddress.Parse("192.168.0.5");
        var node = new IpvsNode([IpAddress.Parse("127.0.0.1"), own, IpAddress.Parse("172.30.0.5"), IpAddress.Parse("2001:db8::5"), IpAddress.Parse("fe80::5")], own);
        TargetGolden.Folder.Check("ipvs", $"{name}.txt", IpvsText.Print(IpvsCompiler.Compile(SampleTables.All[name], node)));
    }

    [Fact]
    public void The_order_of_the_nodes_addresses_does_not_matter()
    {
        IpAddress[] node = [IpAddress.Parse("192.168.0.5"), IpAddress.Parse("172.30.0.5")];
        var plan = IpvsCompiler.Compile(SampleTables.All["external"], new IpvsNode([.. node]));
        var turned = IpvsCompiler.Compile(SampleTables.All["external"], new IpvsNode(node.Reverse().ToEquatableArray()));
        Assert.Equal(plan.Servers, turned.Servers);
        Assert.Equal(plan.Rules, turned.Rules);
    }

    [Fact]
    public void An_address_of_the_node_stays_the_nodes_though_a_service_has_it_as_external_ip()
    {
        var node = IpAddress.Parse("192.168.0.5");
        var plan = IpvsCompiler.Compile(TestPorts.Table(TestPorts.Seed.With(FrontendKind.ExternalIp, $"{node}:80")), new IpvsNode([node]));
        Assert.Contains(plan.Servers, server => server.Address.Address == node);
        Assert.DoesNotContain(plan.Routes, route => route.Destination.Contains(node));
    }

    [Fact]
    public void The_cluster_ip_at_which_the_node_answers_dns_takes_no_node_ports()
    {
        var own = IpAddress.Parse("192.168.0.5");
        var table = SampleTables.All["external"];
        var dns = table.ServiceRanges[0].Network.Add(10);
        var plan = IpvsCompiler.Compile(table, new IpvsNode([own]));
        Assert.Contains(plan.Servers, server => server.Address.Address == own);
        Assert.Equal(plan.Servers, IpvsCompiler.Compile(table, new IpvsNode([own, dns])).Servers);
    }

    [Fact]
    public void The_table_remembers_whose_virtual_servers_they_are()
    {
        foreach (var table in SampleTables.All.Values)
        {
            var plan = IpvsCompiler.Compile(table, new IpvsNode([]));
            Assert.Equal(plan.Servers.Select(server => server.Address).ToHashSet(), IpvsPlan.Owned(plan.Rules));
        }
    }
}
