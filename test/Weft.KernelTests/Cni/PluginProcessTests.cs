using System.Text;
using System.Text.Json.Nodes;

namespace Weft.KernelTests.Cni;

/// <summary>The native binary, by itself and beside the reference plugins.</summary>
public sealed class PluginProcessTests : IDisposable
{
    private readonly CniNode _node = new();
    private readonly PluginProcess _plugins;

    public PluginProcessTests() => _plugins = new PluginProcess(_node);

    public void Dispose() => _node.Dispose();

    private string Config(string type, string version, string more = "") => $$"""
        { "cniVersion": "{{version}}", "name": "net", "type": "{{type}}", "bridge": "br0", "isGateway": true, "mtu": 1400 {{more}},
          "dns": { "nameservers": ["10.96.0.10"] },
          "ipam": { "type": "host-local", "dataDir": "{{_node.LeaseDirectory}}", "subnet": "10.33.0.0/16", "routes": [{ "dst": "0.0.0.0/0" }] } }
        """;

    [Fact]
    public async Task Fifty_processes_at_once_get_fifty_addresses()
    {
        var ours = PluginProcess.Ours();
        var config = Config("ptp", "1.0.0");

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _plugins.SucceedAsync(ours, "ADD", "host-local", $"c{i}", config)));

        Assert.Equal(50, results.Select(result => (string?)JsonNode.Parse(result)!["ips"]![0]!["address"]).Distinct().Count());
        Assert.Equal(50, _node.Leases("net").Count);
    }

    [Theory]
    [InlineData("cni/weft-cni")]
    [InlineData("native/weft-pod")]
    public void A_native_program_weighs_no_more_than_four_megabytes(string program)
    {
        var file = new FileInfo(Path.Join(Path.GetDirectoryName(PluginProcess.Ours()), program));
        Assert.SkipWhen(File.Exists($"{file.FullName}.dll"), "there was no C linker when the programs were built, so they are managed ones");
        Assert.InRange(file.Length, 1, 4_000_000);
    }

    [Fact]
    public async Task What_a_killed_plugin_leaves_a_del_cleans_up()
    {
        var ours = PluginProcess.Ours();
        var config = Config("bridge", "1.0.0", ", \"ipMasq\": true, \"spoofCheck\": true");
        _node.AddPod("a");
        for (var milliseconds = 2; milliseconds < 60; milliseconds += 3)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
            try
            {
                await _plugins.RunAsync(ours, "ADD", "bridge", "a", config, cancellation: limit.Token);
            }
            catch (OperationCanceledException)
            {
            }

            await _plugins.SucceedAsync(ours, "DEL", "bridge", "a", config);

            using var pod = _node.StackOf("a");
            Assert.Null(pod.FindLink("eth0"));
            Assert.DoesNotContain(_node.Leftovers(), name => name != "br0");
            Assert.Empty(_node.Leases("net"));
            Assert.Empty(_node.Filter.ReadBack([]).Ruleset.Tables);
        }
    }

    [Theory]
    [InlineData("bridge", "0.2.0")]
    [InlineData("bridge", "0.4.0")]
    [InlineData("bridge", "1.0.0")]
    [InlineData("ptp", "0.3.1")]
    [InlineData("ptp", "1.0.0")]
    [InlineData("loopback", "1.0.0")]
    [InlineData("host-local", "0.1.0")]
    [InlineData("host-local", "1.0.0")]
    public async Task Results_are_those_of_the_reference_plugins(string type, string version)
    {
        PluginProcess.NeedsReference();
        var ours = PluginProcess.Ours();
        var config = Config(type, version);
        _node.AddPod("a");
        var theirs = await _plugins.SucceedAsync(PluginProcess.Reference, "ADD", type, "a", config);
        await _plugins.SucceedAsync(PluginProcess.Reference, "DEL", type, "a", config);
        if (Directory.Exists(_node.LeaseDirectory))
            Directory.Delete(_node.LeaseDirectory, recursive: true);

        var mine = await _plugins.SucceedAsync(ours, "ADD", type, "a", config);

        Assert.Equal(PluginProcess.Normalized(theirs), PluginProcess.Normalized(mine));
    }

    [Fact]
    public async Task The_reference_plugins_and_ours_take_turns_on_one_attachment()
    {
        PluginProcess.NeedsReference();
        var ours = PluginProcess.Ours();
        var config = Config("bridge", "1.0.0");
        _node.AddPod("a");
        foreach (var (first, second) in new[] { (PluginProcess.Reference, ours), (ours, PluginProcess.Reference) })
        {
            var result = await _plugins.SucceedAsync(first, "ADD", "bridge", "a", config);
            var json = JsonNode.Parse(config)!.AsObject();
            json["prevResult"] = JsonNode.Parse(result);

            await _plugins.SucceedAsync(second, "CHECK", "bridge", "a", json.ToJsonString());
            await _plugins.SucceedAsync(second, "DEL", "bridge", "a", config);

            Assert.Equal(["br0"], _node.Leftovers());
            Assert.Empty(_node.Leases("net"));
        }
    }

    [Fact]
    public async Task Addresses_may_come_from_somebody_elses_plugin()
    {
        PluginProcess.NeedsReference();
        var ours = PluginProcess.Ours();
        var folder = Directory.CreateDirectory(_node.Pin("bin")).FullName;
        File.CreateSymbolicLink(Path.Join(folder, "host-local"), $"{PluginProcess.Reference}/host-local");
        _node.AddPod("a");

        var result = JsonNode.Parse(await _plugins.SucceedAsync(ours, "ADD", "ptp", "a", Config("ptp", "1.0.0"), folder))!;

        Assert.Equal("10.33.0.2/16", (string?)result["ips"]![0]!["address"]);
        await _plugins.SucceedAsync(ours, "DEL", "ptp", "a", Config("ptp", "1.0.0"), folder);
        Assert.Empty(_node.Leases("net"));
    }

    [Fact]
    public async Task An_address_plugin_that_fails_is_quoted_and_nothing_is_made()
    {
        var ours = PluginProcess.Ours();
        var folder = Directory.CreateDirectory(_node.Pin("bin")).FullName;
        var script = Path.Join(folder, "broken");
        await File.WriteAllTextAsync(script, "#!/bin/sh\necho '{\"code\": 111, \"msg\": \"no addresses today\"}'\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _node.AddPod("a");
        var config = """{ "cniVersion": "1.0.0", "name": "net", "type": "bridge", "bridge": "br0", "ipam": { "type": "broken" } }""";

        var ended = await _plugins.RunAsync(ours, "ADD", "bridge", "a", config, folder, TestContext.Current.CancellationToken);

        var error = JsonNode.Parse(Encoding.UTF8.GetString(ended.Output))!;
        Assert.Equal((1, 111, "no addresses today"), (ended.ExitCode, (int)error["code"]!, (string?)error["msg"]));
        Assert.Empty(_node.Leftovers());
    }

    [Fact]
    public async Task Called_by_no_plugins_name_it_says_what_it_is()
    {
        var ours = PluginProcess.Ours();
        var copy = _node.Pin("something");
        File.CreateSymbolicLink(copy, Path.Join(ours, "bridge"));

        var ended = await _plugins.RunAsync(_node.Directory, "ADD", "something", "a", "{}", cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("bridge, host-local, loopback, ptp", ended.Diagnostics);
    }
}
