using System.Text.Json.Nodes;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;

namespace Weft.KernelTests.Cni;

/// <summary>The bridge plugin on a real kernel.</summary>
public sealed class BridgeTests : IDisposable
{
    private readonly CniNode _node = new();

    public void Dispose() => _node.Dispose();

    private string Config(string more = "", string version = "1.0.0") => $$"""
        { "cniVersion": "{{version}}", "name": "net", "type": "bridge", "bridge": "br0", "isDefaultGateway": true {{more}},
          "ipam": { "type": "host-local", "dataDir": "{{_node.LeaseDirectory}}", "subnet": "10.30.0.0/16" } }
        """;

    [Fact]
    public void A_pod_gets_an_address_a_default_route_and_the_bridge_for_a_gateway()
    {
        _node.AddPod("a");

        var result = _node.Add("bridge", "a", Config());

        Assert.Equal(["br0", "eth0"], [result.Interfaces[0].Name, result.Interfaces[2].Name]);
        Assert.Equal("10.30.0.2/16", result.Addresses[0].ToString());
        using var pod = _node.StackOf("a");
        Assert.Contains(pod.Addresses("eth0"), each => each.ToString() == "10.30.0.2/16 on eth0");
        Assert.Contains(pod.Routes(), each => each.Destination == IpPrefix.AnyV4 && each.Gateway == IpAddress.Parse("10.30.0.1"));
        Assert.Equal("br0", _node.Host.FindLink(result.Interfaces[1].Name)!.Master);
        Assert.Equal("10.30.0.2", _node.AddressSeen("a", _node.Namespace, "10.30.0.1")?.ToString());
        _node.Run("CHECK", "bridge", "a", Config(), result);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public void Every_ipv6_address_is_usable_when_add_returns(string detectDuplicates)
    {
        _node.AddPod("a");

        _node.Add("bridge", "a", $$"""
            { "cniVersion": "1.0.0", "name": "net", "type": "bridge", "bridge": "br0", "isGateway": true, "enabledad": {{detectDuplicates}},
              "ipam": { "type": "host-local", "dataDir": "{{_node.LeaseDirectory}}", "subnet": "fd30::/64" } }
            """);

        using var pod = _node.StackOf("a");
        Assert.DoesNotContain(pod.Addresses("eth0"), each => !each.Address.IsLinkLocal && each.State.HasFlag(AddressState.Tentative));
        var gateway = _node.Host.Addresses("br0");
        Assert.Contains(gateway, each => each.Address is { IsV6: true, IsLinkLocal: true });
        Assert.DoesNotContain(gateway, each => each.State.HasFlag(AddressState.Tentative));
    }

    [Fact]
    public void Pods_of_one_bridge_reach_each_other()
    {
        var b = _node.AddPod("b");
        _node.AddPod("a");
        _node.Add("bridge", "a", Config());
        var address = _node.Add("bridge", "b", Config()).Addresses[0].Address.ToString();

        Assert.Equal("10.30.0.2", _node.AddressSeen("a", b, address)?.ToString());
    }

    [Fact]
    public void Masquerade_shows_the_node_to_the_outside_and_nothing_of_it_stays()
    {
        _node.AddPod("a");
        var config = Config(", \"ipMasq\": true");
        var result = _node.Add("bridge", "a", config);
        _node.Run("CHECK", "bridge", "a", config, result);

        Assert.Equal(CniNode.NodeAddress, _node.AddressSeen("a", _node.Outside, CniNode.OutsideAddress)?.ToString());
        Assert.Equal("10.30.0.2", _node.AddressSeen("a", _node.Namespace, "10.30.0.1")?.ToString());

        _node.Run("DEL", "bridge", "a", config, result);
        _node.Run("DEL", "bridge", "a", config, result);
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        Assert.Empty(_node.Leases("net"));
        Assert.Equal(["br0"], _node.Leftovers());
    }

    [Fact]
    public void Forged_addresses_are_dropped_while_the_pods_own_pass()
    {
        _node.AddPod("a");
        var config = Config(", \"spoofCheck\": true");
        var result = _node.Add("bridge", "a", config);
        using var pod = _node.StackOf("a");
        pod.AddAddress(new InterfaceAddress("eth0", IpAddress.Parse("10.30.0.99"), 16));

        Assert.Equal("10.30.0.2", _node.AddressSeen("a", _node.Namespace, "10.30.0.1", "10.30.0.2")?.ToString());
        Assert.True(_node.Drops("a", _node.Namespace, "10.30.0.1", "10.30.0.99"));

        pod.ChangeLink("eth0", new LinkChange { Address = MacAddress.Parse("02:00:00:00:00:99") });
        Assert.True(_node.Drops("a", _node.Namespace, "10.30.0.1", "10.30.0.2"));
        _node.Run("DEL", "bridge", "a", config, result);
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
    }

    [Fact]
    public void Macspoofchk_drops_another_hardware_address_and_leaves_addresses_alone()
    {
        _node.AddPod("a");
        _node.Add("bridge", "a", Config(", \"macspoofchk\": true"));
        using var pod = _node.StackOf("a");
        pod.AddAddress(new InterfaceAddress("eth0", IpAddress.Parse("10.30.0.99"), 16));

        Assert.Equal("10.30.0.99", _node.AddressSeen("a", _node.Namespace, "10.30.0.1", "10.30.0.99")?.ToString());
        pod.ChangeLink("eth0", new LinkChange { Address = MacAddress.Parse("02:00:00:00:00:99") });
        Assert.True(_node.Drops("a", _node.Namespace, "10.30.0.1", "10.30.0.2"));
    }

    [Fact]
    public void Isolated_pods_reach_the_gateway_and_not_each_other()
    {
        var b = _node.AddPod("b");
        _node.AddPod("a");
        var config = Config(", \"portIsolation\": true");
        _node.Add("bridge", "a", config);
        var address = _node.Add("bridge", "b", config).Addresses[0].Address.ToString();

        Assert.NotNull(_node.AddressSeen("a", _node.Namespace, "10.30.0.1"));
        Assert.True(_node.Drops("a", b, address));
    }

    [Fact]
    public void Options_of_the_link_reach_the_kernel()
    {
        _node.AddPod("a");
        var config = Config(", \"mtu\": 1400, \"hairpinMode\": true, \"runtimeConfig\": { \"mac\": \"02:00:00:00:00:07\" }", "1.1.0");

        var result = _node.Add("bridge", "a", config);

        using var pod = _node.StackOf("a");
        var link = pod.FindLink("eth0")!;
        Assert.Equal((1400, "02:00:00:00:00:07"), (link.Mtu, link.Address.ToString()));
        Assert.Equal((1400, "02:00:00:00:00:07"), (result.Interfaces[2].Mtu, result.Interfaces[2].Mac));
        Assert.True(_node.Host.FindLink(result.Interfaces[1].Name)!.Port!.Hairpin);
    }

    [Fact]
    public void Promiscuous_mode_reaches_the_bridge()
    {
        _node.AddPod("a");

        _node.Add("bridge", "a", Config(", \"promiscMode\": true"));

        Assert.True(_node.Host.FindLink("br0")!.Promiscuous);
    }

    [Fact]
    public void A_bridge_with_another_address_is_refused_unless_forced_and_nothing_half_made_stays()
    {
        _node.AddPod("a");
        _node.Host.CreateLink(new LinkSpec("br0", new BridgeKind()));
        _node.Host.AddAddress(new InterfaceAddress("br0", IpAddress.Parse("10.99.0.1"), 24));

        var (code, output) = _node.Call("ADD", "bridge", "a", Config());

        Assert.Equal(1, code);
        Assert.Contains("\\\"br0\\\" already has an IP address different from 10.30.0.1/16", output);
        Assert.Equal(["br0"], _node.Leftovers());
        Assert.Empty(_node.Leases("net"));
        _node.Add("bridge", "a", Config(", \"forceAddress\": true"));
        Assert.DoesNotContain(_node.Host.Addresses("br0"), each => each.Address == IpAddress.Parse("10.99.0.1"));
    }

    [Theory]
    [InlineData("address", "Failed to match addr 10.30.0.2/16")]
    [InlineData("route", "Expected Route 0.0.0.0/0 via 10.30.0.1 not found")]
    [InlineData("port", "CNI veth created for bridge br0 was not found")]
    [InlineData("gateway", "has lost the gateway's address 10.30.0.1")]
    [InlineData("lease", "Failed to find address added by container a")]
    [InlineData("link", "Interface name eth0 not found")]
    [InlineData("rules", "packet filter element")]
    public void Check_notices_what_was_taken_away(string what, string words)
    {
        _node.AddPod("a");
        var config = Config(", \"ipMasq\": true");
        var result = _node.Add("bridge", "a", config);
        using var pod = _node.StackOf("a");
        switch (what)
        {
            case "address": pod.DeleteAddress(new InterfaceAddress("eth0", IpAddress.Parse("10.30.0.2"), 16)); break;
            case "route": pod.DeleteRoute(new Route(IpPrefix.AnyV4) { Gateway = IpAddress.Parse("10.30.0.1"), Device = "eth0" }); break;
            case "port": _node.Host.ChangeLink(result.Interfaces[1].Name, new LinkChange { Master = LinkChange.NoMaster }); break;
            case "gateway": _node.Host.DeleteAddress(new InterfaceAddress("br0", IpAddress.Parse("10.30.0.1"), 16)); break;
            case "lease": File.Delete(Path.Join(_node.LeaseDirectory, "net", "10.30.0.2")); break;
            case "link": pod.DeleteLink("eth0"); break;
            case "rules": _node.Filter.Apply(new([new Model.Nftables.NftDeleteTable(new(Model.Nftables.NftFamily.Inet, "weft-cni-masquerade"))])); break;
        }

        var (code, output) = _node.Call("CHECK", "bridge", "a", CniNode.With(config, result));

        Assert.Equal(1, code);
        Assert.Contains(words, (string?)JsonNode.Parse(output)!["msg"]);
    }

    [Fact]
    public void Del_cleans_up_after_a_namespace_that_is_gone()
    {
        _node.AddPod("a");
        var config = Config(", \"ipMasq\": true, \"spoofCheck\": true");
        _node.Add("bridge", "a", config);
        _node.Drop("a");

        _node.Run("DEL", "bridge", "a", config);

        Assert.Empty(_node.Leases("net"));
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
    }

    [Fact]
    public void A_second_add_is_refused_and_the_first_keeps_working()
    {
        _node.AddPod("a");
        var result = _node.Add("bridge", "a", Config());

        var (code, output) = _node.Call("ADD", "bridge", "a", Config());

        Assert.Equal(1, code);
        Assert.Contains("already exists", output);
        _node.Run("CHECK", "bridge", "a", Config(), result);
    }

    [Fact]
    public void The_plugins_own_namespace_is_refused()
    {
        var (code, output) = _node.Call("ADD", "bridge", "a", Config(), _node.Pin("node"));

        Assert.Equal(1, code);
        Assert.Equal((int)CniErrorCode.InvalidNetns, (int)JsonNode.Parse(output)!["code"]!);
    }
}
