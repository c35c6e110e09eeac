using Weft.Cni.Plugins;
using Weft.Model;

namespace Weft.Tests.Cni;

/// <summary>host-local as a runtime sees it.</summary>
public sealed class HostLocalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weft-leases-").FullName;

    private string Folder => Path.Join(_directory, "net");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Leases_are_on_disk_as_the_reference_plugin_writes_them()
    {
        Add("c1");

        Assert.Equal("c1\r\neth0", File.ReadAllText(Path.Join(Folder, "10.1.2.2")));
        Assert.Equal("10.1.2.2", File.ReadAllText(Path.Join(Folder, "last_reserved_ip.0")));
        Assert.True(File.Exists(Path.Join(Folder, "lock")));
    }

    [Fact]
    public void Addresses_go_round_and_a_released_one_waits_for_its_turn()
    {
        Assert.Equal("10.1.2.2", Add("c1"));
        Assert.Equal("10.1.2.3", Add("c2"));
        Delete("c1");

        Assert.Equal("10.1.2.4", Add("c3"));
        Assert.Equal("10.1.2.5", Add("c4"));
        Assert.Equal("10.1.2.6", Add("c5"));
        Assert.Equal("10.1.2.2", Add("c6"));
    }

    [Fact]
    public void An_exhausted_range_is_named()
    {
        for (var i = 0; i < 5; i++)
            Add($"c{i}");

        Assert.Equal((999, "failed to allocate for range 0: no IP addresses available in range set: 10.1.2.1-10.1.2.6"), Call("ADD", "late").Error());
    }

    [Fact]
    public void The_same_attachment_is_refused_a_second_address_and_keeps_its_first()
    {
        Add("c1");

        var (_, message) = Call("ADD", "c1").Error();

        Assert.Equal("failed to allocate for range 0: 10.1.2.2 has been allocated to c1, duplicate allocation is not allowed", message);
        Assert.Equal(0, Call("CHECK", "c1").Run().ExitCode);
    }

    [Fact]
    public void A_second_interface_of_a_container_gets_an_address_of_its_own_and_is_released_alone()
    {
        Add("c1");
        var second = Call("ADD", "c1") with { InterfaceName = "eth1" };
        Assert.Equal("10.1.2.3", second.Result().Addresses[0].Address.ToString());

        (second with { Command = "DEL" }).Run();

        Assert.True(File.Exists(Path.Join(Folder, "10.1.2.2")));
        Assert.False(File.Exists(Path.Join(Folder, "10.1.2.3")));
    }

    [Fact]
    public void Deleting_twice_or_what_never_was_is_no_error()
    {
        Add("c1");
        Delete("c1");

        Assert.Equal(0, Call("DEL", "c1").Run().ExitCode);
        Assert.Equal(0, Call("DEL", "never").Run().ExitCode);
    }

    [Theory]
    [InlineData("IP=10.1.2.5", "", "10.1.2.5")]
    [InlineData("IgnoreUnknown=1;K8S_POD_NAME=a;IP=10.1.2.5/24", "", "10.1.2.5")]
    [InlineData("", """, "args": { "cni": { "ips": ["10.1.2.6"] } }""", "10.1.2.6")]
    [InlineData("", """, "runtimeConfig": { "ips": ["10.1.2.4/29"] }""", "10.1.2.4")]
    public void An_address_can_be_asked_for(string arguments, string config, string expected)
    {
        var call = Call("ADD", "c1", config) with { Arguments = arguments };

        Assert.Equal(expected, call.Result().Addresses[0].Address.ToString());
    }

    [Theory]
    [InlineData("IP=10.1.2.1", "failed to allocate for range 0: requested ip 10.1.2.1 is subnet's gateway")]
    [InlineData("IP=10.9.9.9", "failed to allocate all requested IPs: 10.9.9.9")]
    [InlineData("IP=ten", "cannot understand ip \"ten\" in CNI_ARGS IP")]
    [InlineData("K8S_POD_NAME=a", "ARGS: unknown args [\"K8S_POD_NAME=a\"]")]
    [InlineData("IP", "ARGS: invalid pair \"IP\"")]
    public void A_request_that_cannot_be_met_is_refused_and_takes_nothing(string arguments, string message)
    {
        var call = Call("ADD", "c1") with { Arguments = arguments };

        Assert.Equal(message, call.Error().Message);
        Assert.False(Directory.Exists(Folder) && Directory.EnumerateFiles(Folder, "10.*").Any());
    }

    [Fact]
    public void A_taken_address_is_not_given_twice()
    {
        Add("c1");

        var (_, message) = (Call("ADD", "c2") with { Arguments = "IP=10.1.2.2" }).Error();

        Assert.Equal("failed to allocate for range 0: requested IP address 10.1.2.2 is not available in range set 10.1.2.1-10.1.2.6", message);
    }

    [Fact]
    public void Two_range_sets_give_an_address_each_and_one_that_is_empty_gives_back_the_other()
    {
        const string ranges = """[ [{ "subnet": "10.1.0.0/24" }], [{ "subnet": "fd00::/64", "rangeStart": "fd00::5", "rangeEnd": "fd00::5" }] ]""";
        Assert.Equal(["10.1.0.2", "fd00::5"], Dual("c1").Result().Addresses.Select(each => each.Address.ToString()));

        Assert.Contains("range 1: no IP addresses available in range set: fd00::5-fd00::5", Dual("c2").Error().Message);
        Assert.False(File.Exists(Path.Join(Folder, "10.1.0.3")));

        PluginCall Dual(string id) => new("host-local", "ADD", Config($"\"ranges\": {ranges}")) { ContainerId = id };
    }

    [Fact]
    public void What_a_killed_plugin_left_empty_is_free()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Join(Folder, "10.1.2.2"), "");

        Assert.Equal("10.1.2.2", Add("c1"));
    }

    [Fact]
    public void Check_misses_a_lease_that_somebody_removed()
    {
        Assert.Equal("host-local: Failed to find address added by container c1", Call("CHECK", "c1").Error().Message);
        Add("c1");
        var previous = """, "prevResult": { "cniVersion": "1.0.0", "ips": [{ "address": "10.1.2.3/29" }] }""";

        Assert.Equal("host-local: address 10.1.2.3 is not leased to container c1", Call("CHECK", "c1", previous).Error().Message);
    }

    [Fact]
    public void Garbage_is_what_no_valid_attachment_holds()
    {
        Add("keep");
        Add("drop");
        var config = Config(Subnet, """, "cni.dev/valid-attachments": [{ "containerID": "keep", "ifname": "eth0" }]""").Replace("1.0.0", "1.1.0");

        Assert.Equal(0, new PluginCall("host-local", "GC", config).Run().ExitCode);

        Assert.Equal(["10.1.2.2"], Directory.EnumerateFiles(Folder, "10.*").Select(Path.GetFileName));
    }

    [Fact]
    public void Status_says_when_nothing_is_left()
    {
        var status = Call("STATUS", "-") with { Config = Config(Subnet).Replace("1.0.0", "1.1.0") };
        Assert.Equal(0, status.Run().ExitCode);
        for (var i = 0; i < 5; i++)
            Add($"c{i}");

        Assert.Equal((50, "no IP addresses available in range set: 10.1.2.1-10.1.2.6"), status.Error());
    }

    [Fact]
    public void Resolver_settings_come_from_the_file_that_is_named()
    {
        var file = Path.Join(_directory, "resolv.conf");
        File.WriteAllText(file, "# comment\nnameserver 1.1.1.1\nnameserver fd00::53\ndomain a.example\nsearch b.example c.example\noptions ndots:2 edns0\n");

        var dns = new PluginCall("host-local", "ADD", Config($"{Subnet}, \"resolvConf\": \"{file}\"")).Result().Dns;

        Assert.Equal(["1.1.1.1", "fd00::53"], dns.Nameservers);
        Assert.Equal("a.example", dns.Domain);
        Assert.Equal(["b.example", "c.example"], dns.Search);
        Assert.Equal(["ndots:2", "edns0"], dns.Options);
    }

    [Fact]
    public async Task Fifty_at_once_get_fifty_addresses()
    {
        var config = Config("\"subnet\": \"10.1.0.0/24\"");
        var calls = Enumerable.Range(0, 50).Select(i => Task.Factory.StartNew(
            () => new PluginCall("host-local", "ADD", config) { ContainerId = $"c{i}" }.Result().Addresses[0].Address, TaskCreationOptions.LongRunning));

        var addresses = await Task.WhenAll(calls);

        Assert.Equal(50, addresses.Distinct().Count());
        foreach (var address in addresses)
            Assert.EndsWith("\r\neth0", File.ReadAllText(Path.Join(Folder, address.ToString())));
    }

    [Fact]
    public void The_text_of_a_lease_names_its_holder_to_the_store()
    {
        Add("c1");
        using var store = Weft.Cni.HostLocal.LeaseStore.Open(_directory, "net");

        Assert.Equal([IpAddress.Parse("10.1.2.2")], store.Of(new Attachment("c1", "eth0")));
        Assert.Empty(store.Of(new Attachment("c1", "eth1")));
    }

    private const string Subnet = "\"subnet\": \"10.1.2.0/29\"";

    private string Config(string ipam, string more = "") => $$"""
        { "cniVersion": "1.0.0", "name": "net", "type": "ptp", "ipam": { "type": "host-local", "dataDir": "{{_directory}}", {{ipam}} } {{more}} }
        """;

    private PluginCall Call(string command, string id, string more = "") => new("host-local", command, Config(Subnet, more)) { ContainerId = id };

    private string Add(string id) => Call("ADD", id).Result().Addresses[0].Address.ToString();

    private void Delete(string id) => Assert.Equal(0, Call("DEL", id).Run().ExitCode);
}
