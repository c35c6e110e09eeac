using Weft.Model;
using Weft.Model.Links;

namespace Weft.KernelTests.Cni;

/// <summary>The ptp and loopback plugins on a real kernel.</summary>
public sealed class PtpTests : IDisposable
{
    private readonly CniNode _node = new();

    public void Dispose() => _node.Dispose();

    private string Config(string more = "", string range = "\"subnet\": \"10.31.0.0/16\"") => $$"""
        { "cniVersion": "1.0.0", "name": "net", "type": "ptp" {{more}},
          "ipam": { "type": "host-local", "dataDir": "{{_node.LeaseDirectory}}", "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }],
            "ranges": [[{ {{range}} }], [{ "subnet": "fd31::/64" }]] } }
        """;

    [Fact]
    public void Pods_are_routed_to_each_other_in_both_families()
    {
        var b = _node.AddPod("b");
        _node.AddPod("a");
        var first = _node.Add("ptp", "a", Config());
        var second = _node.Add("ptp", "b", Config());

        Assert.Equal(["10.31.0.2/16", "fd31::2/64"], first.Addresses.Select(each => each.ToString()));
        Assert.Equal("10.31.0.2", _node.AddressSeen("a", b, $"{second.Addresses[0].Address}")?.ToString());
        Assert.Equal("fd31::2", _node.AddressSeen("a", b, $"{second.Addresses[1].Address}")?.ToString());
        Assert.Equal("10.31.0.2", _node.AddressSeen("a", _node.Namespace, CniNode.NodeAddress)?.ToString());
        _node.Run("CHECK", "ptp", "a", Config(), first);
    }

    [Fact]
    public void Every_address_is_usable_when_add_returns()
    {
        _node.AddPod("a");

        var result = _node.Add("ptp", "a", Config());

        using var pod = _node.StackOf("a");
        Assert.DoesNotContain(pod.Addresses("eth0"), each => !each.Address.IsLinkLocal && each.State.HasFlag(AddressState.Tentative));
        var gateway = _node.Host.Addresses(result.Interfaces[0].Name);
        Assert.Contains(gateway, each => each.Address is { IsV6: true, IsLinkLocal: true });
        Assert.DoesNotContain(gateway, each => each.State.HasFlag(AddressState.Tentative));
    }

    [Fact]
    public void The_gateway_may_be_a_link_local_address()
    {
        _node.AddPod("a");

        var result = _node.Add("ptp", "a", Config(range: "\"subnet\": \"10.31.0.0/16\", \"gateway\": \"169.254.1.1\""));

        Assert.Equal(IpAddress.Parse("169.254.1.1"), result.Addresses[0].Gateway);
        Assert.Equal($"{result.Addresses[0].Address}", _node.AddressSeen("a", _node.Namespace, CniNode.NodeAddress)?.ToString());
    }

    [Fact]
    public void Masquerade_shows_the_node_to_the_outside_only()
    {
        _node.AddPod("a");
        var config = Config(", \"ipMasq\": true");
        var result = _node.Add("ptp", "a", config);

        Assert.Equal(CniNode.NodeAddress, _node.AddressSeen("a", _node.Outside, CniNode.OutsideAddress)?.ToString());

        _node.Run("DEL", "ptp", "a", config, result);
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        Assert.Empty(_node.Leftovers());
        Assert.Empty(_node.Leases("net"));
    }

    [Theory]
    [InlineData("10.31.0.99", 16, CniNode.NodeAddress)]
    [InlineData(CniNode.OutsideAddress, 32, CniNode.NodeAddress)]
    [InlineData("fd31::99", 64, "fd31::1")]
    public void Forged_addresses_are_dropped_while_the_pods_own_pass(string forged, int length, string target)
    {
        _node.AddPod("a");
        var config = Config(", \"spoofCheck\": true");
        var result = _node.Add("ptp", "a", config);
        _node.Run("CHECK", "ptp", "a", config, result);
        var own = result.Addresses.First(each => each.Address.IsV6 == IpAddress.Parse(forged).IsV6).Address.ToString();
        using var pod = _node.StackOf("a");
        pod.AddAddress(new InterfaceAddress("eth0", IpAddress.Parse(forged), length) { NoDad = IpAddress.Parse(forged).IsV6, NoPrefixRoute = true });

        Assert.Equal(own, _node.AddressSeen("a", _node.Namespace, target, own)?.ToString());
        Assert.True(_node.Drops("a", _node.Namespace, target, forged));

        _node.Run("DEL", "ptp", "a", config, result);
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
    }

    [Fact]
    public async Task Many_come_and_go_at_once_and_each_is_guarded_while_it_is_there()
    {
        const int count = 16;
        var config = Config(", \"spoofCheck\": true, \"ipMasq\": true");
        var names = Enumerable.Range(0, count).Select(i => $"p{i}").ToList();
        foreach (var name in names)
            _node.AddPod(name);

        var results = await Task.WhenAll(names.Select(name => Task.Factory.StartNew(() => _node.Add("ptp", name, config), TaskCreationOptions.LongRunning)));
        Assert.Equal(count, results.Select(each => each.Addresses[0].Address).Distinct().Count());
        for (var i = 0; i < count; i++)
            _node.Run("CHECK", "ptp", names[i], config, results[i]);
        Assert.Equal(CniNode.NodeAddress, _node.AddressSeen("p7", _node.Outside, CniNode.OutsideAddress)?.ToString());

        await Task.WhenAll(names.Select((name, i) => Task.Factory.StartNew(() => _node.Run("DEL", "ptp", name, config, results[i]), TaskCreationOptions.LongRunning)));
        Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        Assert.Empty(_node.Leftovers());
        Assert.Empty(_node.Leases("net"));
    }

    [Fact]
    public void Loopback_is_switched_on_and_checked()
    {
        _node.AddPod("a");
        const string config = """{ "cniVersion": "1.0.0", "name": "lo", "type": "loopback" }""";

        var result = _node.Add("loopback", "a", config);

        Assert.Equal("127.0.0.1/8", result.Addresses[0].ToString());
        _node.Run("CHECK", "loopback", "a", config, result);
        using (var pod = _node.StackOf("a"))
            pod.ChangeLink("lo", new LinkChange { Up = false });
        Assert.Contains("loopback interface is down", _node.Call("CHECK", "loopback", "a", CniNode.With(config, result)).Output);
        _node.Run("DEL", "loopback", "a", config, result);
    }
}
