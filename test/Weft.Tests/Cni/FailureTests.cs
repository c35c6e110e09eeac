using System.Text;
using System.Text.Json.Nodes;
using Weft.Cni.Plugins;

namespace Weft.Tests.Cni;

/// <summary>ADD broken off at each of its steps, on fakes: what is left, and what DEL makes of it.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weft-leases-").FullName;

    public static TheoryData<string> Types => ["bridge", "ptp", "weft-bridge", "weft-ptp"];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public void An_add_that_fails_at_any_step_leaves_nothing_behind(string type)
    {
        for (var step = 1; ; step++)
        {
            var world = new FaultyWorld { FailAt = step };
            var (code, output) = Call(world, type, "ADD");
            if (code == 0)
            {
                Assert.True(step > 8, $"only {step} steps");
                return;
            }

            Assert.True(world.HostStack.Links().All(link => link.IsLoopback), $"step {step}: {string.Join(", ", world.HostStack.Links().Select(link => link.Name))}");
            AssertClean(world, $"step {step}: {output}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_a_plugin_leaves_that_is_killed_at_any_step_a_del_cleans_up(string type)
    {
        for (var step = 1; ; step++)
        {
            var world = new FaultyWorld { FailAt = step, StaysDead = true };
            var (code, _) = Call(world, type, "ADD");
            if (code == 0)
                return;
            world.Heal();

            var (deleted, output) = Call(world, type, "DEL");

            Assert.True(deleted == 0, output);
            Assert.True(world.HostStack.Links().All(link => link.IsLoopback || link.Name == "br0"), $"step {step}");
            AssertClean(world, $"step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_del_that_fails_at_any_step_can_be_repeated(string type)
    {
        for (var step = 1; ; step++)
        {
            var world = new FaultyWorld();
            Assert.Equal(0, Call(world, type, "ADD").Code);
            world.Heal();
            world.FailAt = step;
            if (Call(world, type, "DEL").Code == 0)
                return;
            world.Heal();

            Assert.Equal(0, Call(world, type, "DEL").Code);
            AssertClean(world, $"step {step}");
        }
    }

    [Fact]
    public void Forwarding_that_may_not_be_switched_on_is_said_and_taken_back()
    {
        var world = new FaultyWorld();
        world.Sysctls.ReadOnly.Add("net/ipv4/ip_forward");

        var (code, output) = Call(world, "ptp", "ADD");

        Assert.Equal(1, code);
        Assert.Contains("failed to enable forwarding: net/ipv4/ip_forward", (string?)JsonNode.Parse(output)!["msg"]);
        AssertClean(world, output);
    }

    [Theory]
    [InlineData("ptp", "\"mtu\": -1", "invalid MTU -1")]
    [InlineData("ptp", "\"ipMasqBackend\": \"ebtables\"", "unknown ipmasq backend \"ebtables\"")]
    [InlineData("ptp", "\"ipMasq\": \"yes\"", "field \"ipMasq\" must be true or false, not \"yes\"")]
    [InlineData("ptp", "\"args\": { \"cni\": { \"mac\": \"02\" } }", "invalid hardware address \"02\"")]
    [InlineData("bridge", "\"vlan\": 5000", "invalid VLAN ID 5000 (must be between 0 and 4094)")]
    [InlineData("bridge", "\"vlan\": 5", "\"vlan\" is not supported: use one bridge per VLAN")]
    [InlineData("bridge", "\"vlanTrunk\": [{ \"id\": 5 }]", "\"vlanTrunk\" is not supported")]
    [InlineData("bridge", "\"hairpinMode\": true, \"promiscMode\": true", "cannot set hairpin mode and promiscuous mode at the same time")]
    [InlineData("bridge", "\"disableContainerInterface\": true", "cannot use IPAM when DisableContainerInterface flag is set")]
    [InlineData("bridge", "\"bridge\": \"a/b\"", "bridge \"a/b\": interface name contains / or :")]
    public void A_wrong_option_is_named_and_nothing_is_made(string type, string option, string words)
    {
        var world = new FaultyWorld();

        var (code, output) = Call(world, type, "ADD", option);

        Assert.Equal(1, code);
        Assert.Contains(words, (string?)JsonNode.Parse(output)!["msg"]);
        AssertClean(world, output);
    }

    private (int Code, string Output) Call(FaultyWorld world, string type, string command, string more = "\"mtu\": 0")
    {
        var config = $$"""
            { "cniVersion": "1.0.0", "name": "net", "type": "{{type}}", "isDefaultGateway": true, "socket": "{{_directory}}/none.sock",
              {{(more.Contains("\"bridge\"", StringComparison.Ordinal) ? "" : "\"bridge\": \"br0\",")}}
              {{(more.Contains("ipMasq\"", StringComparison.Ordinal) ? "" : "\"ipMasq\": true,")}} "spoofCheck": true, {{more}},
              "ipam": { "type": "host-local", "dataDir": "{{_directory}}", "subnet": "10.1.0.0/16", "routes": [{ "dst": "0.0.0.0/0" }] } }
            """;
        var environment = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = "c1",
            ["CNI_NETNS"] = "/run/netns/a",
            ["CNI_IFNAME"] = "eth0",
            ["CNI_PATH"] = "/nonexistent",
        };
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(config));
        using var output = new MemoryStream();
        var code = PluginHost.Run(type, PluginCatalog.Create(type, () => world)!, environment.GetValueOrDefault, input, output, _ => { });
        return (code, Encoding.UTF8.GetString(output.ToArray()));
    }

    private void AssertClean(FaultyWorld world, string when)
    {
        Assert.True(world.PodStack.FindLink("eth0") is null, when);
        Assert.True(world.Tables.ReadBack([]).Ruleset.Tables.Count == 0, when);
        var leases = Path.Join(_directory, "net");
        Assert.True(!Directory.Exists(leases) || !Directory.EnumerateFiles(leases, "10.*").Any(), when);
    }
}
