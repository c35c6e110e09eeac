using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

[Collection(nameof(HelloLab))]
public sealed class UpTests(HelloLab hello)
{
    private readonly TestLab _lab = hello.Lab;

    [Fact]
    public void Up_prints_nodes_pods_and_addresses()
    {
        var lines = hello.Up.Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("node1", StringComparison.Ordinal) && line.Contains("Ready") && line.Contains("10.244."));
        Assert.Contains(lines, line => line.StartsWith("node2", StringComparison.Ordinal) && line.Contains("Ready") && line.Contains("10.244."));
        Assert.Equal(6, lines.Count(line => line.StartsWith("default", StringComparison.Ordinal) && line.Contains("Running") && line.Contains("10.244.")));
    }

    [Fact]
    public async Task Up_again_changes_nothing()
    {
        var before = await _lab.PodAddressesAsync();
        var again = (await _lab.WeftAsync("up", "examples/hello")).Succeeded();
        Assert.DoesNotContain("configured", again.Error);
        Assert.DoesNotContain("created", again.Error);
        Assert.Equal(before, await _lab.PodAddressesAsync());
    }

    [Fact]
    public async Task Up_with_other_nodes_says_that_the_lab_runs_otherwise()
    {
        var outcome = await _lab.WeftAsync("up", "--nodes", "3");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("--nodes 3", outcome.Error);
        Assert.Contains("weft down", outcome.Error);
    }

    [Fact]
    public async Task Status_has_the_shape_that_scripts_rely_on()
    {
        var cluster = await _lab.StatusAsync();
        Assert.Equal(2, cluster["nodes"]!.AsArray().Count);
        Assert.All(cluster["nodes"]!.AsArray(), node =>
        {
            Assert.True(node!["ready"]!.GetValue<bool>());
            Assert.Single(node["podCIDRs"]!.AsArray());
            Assert.StartsWith("172.30.0.", node["ip"]!.GetValue<string>());
        });
        Assert.All(cluster["pods"]!.AsArray(), pod =>
        {
            Assert.Equal("Running", pod!["phase"]!.GetValue<string>());
            Assert.True(pod["ready"]!.GetValue<bool>());
        });
    }

    [Fact]
    public async Task Pods_spread_over_both_nodes() =>
        Assert.Equal(2, (await _lab.StatusAsync())["pods"]!.AsArray().Select(pod => pod!["node"]!.GetValue<string>()).Distinct().Count());

    [Fact]
    public async Task A_published_port_reaches_a_pod_from_the_host()
    {
        var address = (await _lab.StatusAsync())["published"]![0]!["address"]!.GetValue<string>();
        using var client = new HttpClient();
        var answer = await client.GetFromJsonAsync<JsonObject>($"http://{address}/some/path?x=1");
        Assert.StartsWith("web-", answer!["pod"]!.GetValue<string>());
        Assert.StartsWith("/some/path", answer["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task Ls_lists_the_lab_as_running() =>
        Assert.Matches(@"lab +running +2 ", (await _lab.WeftAsync("ls")).Succeeded().Output);

    [Fact]
    public async Task Doctor_finds_nothing_to_complain_about() =>
        Assert.DoesNotContain("problem", (await _lab.WeftAsync("doctor")).Succeeded().Output);

    [Fact]
    public async Task Exec_runs_a_program_of_the_host_inside_the_pod()
    {
        var address = (await _lab.PodAddressesAsync())["client-a"];
        var outcome = (await _lab.WeftAsync("exec", "client-a", "--", "ip", "-4", "-o", "addr", "show", "eth0")).Succeeded();
        Assert.Contains(address, outcome.Output);
    }

    [Fact]
    public async Task Exec_passes_on_the_exit_code() =>
        Assert.Equal(7, (await _lab.WeftAsync("exec", "client-a", "--", "sh", "-c", "exit 7")).ExitCode);

    [Fact]
    public async Task Exec_in_an_unknown_pod_names_it()
    {
        var outcome = await _lab.WeftAsync("exec", "nobody-home", "--", "true");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("default/nobody-home", outcome.Error);
    }

    [Fact]
    public async Task Node_exec_sees_the_network_of_the_node()
    {
        var outcome = (await _lab.WeftAsync("node", "exec", "node2", "--", "ip", "route")).Succeeded();
        Assert.Contains("10.244.", outcome.Output);
        Assert.Contains("172.30.0.", outcome.Output);
    }

    [Fact]
    public async Task Standard_tools_find_the_namespaces_of_pods_on_their_node()
    {
        var names = (await _lab.WeftAsync("node", "exec", "node1", "--", "ip", "netns", "list")).Succeeded().Output;
        var first = names.Split('\n')[0].Split(' ')[0];
        Assert.StartsWith("cni-", first);
        Assert.Contains("eth0", (await _lab.WeftAsync("node", "exec", "node1", "--", "ip", "netns", "exec", first, "ip", "addr")).Succeeded().Output);
    }
}
