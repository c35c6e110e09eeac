using System.Diagnostics;
using Weft.Lab;
using Weft.Lab.Nodes;
using Weft.Model;
using Weft.Netlink;

namespace Weft.KernelTests.Lab;

[Collection("underlay")]
public sealed class LabNodeTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("weft-node-").FullName;

    public LabNodeTests() => Assert.SkipUnless(File.Exists(Installation.Current.PodBinary), "weft-pod is not built: ./test.sh publishes it");

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task Two_nodes_reach_each_other_over_the_underlay_until_one_is_cut_off()
    {
        using var bridge = new UnderlayBridge();
        await using var first = await StartAsync("node-1", "172.30.0.2");
        await using var second = await StartAsync("node-2", "172.30.0.3");

        Assert.True(await ReachesAsync(first, "172.30.0.3"));
        Assert.True(await ReachesAsync(second, "172.30.0.1"));
        second.Partition();
        Assert.False(await ReachesAsync(first, "172.30.0.3"));
        second.Heal();
        Assert.True(await ReachesAsync(first, "172.30.0.3"));
    }

    [Fact]
    public async Task A_node_has_state_folders_host_name_resolver_and_network_devices_of_its_own()
    {
        using var bridge = new UnderlayBridge();
        await using var first = await StartAsync("node-1", "172.30.0.2");
        await using var second = await StartAsync("node-2", "172.30.0.3");

        await OutputAsync(first, "sh", "-c", "echo mine > /var/lib/cni/x; echo mine > /etc/cni/net.d/x; echo mine > /run/x");
        Assert.Equal("", await OutputAsync(second, "sh", "-c", "ls /var/lib/cni /etc/cni/net.d | grep x; ls /run/x 2>/dev/null"));
        Assert.Equal("node-2\n", await OutputAsync(second, "hostname"));
        Assert.Equal("eth0\nlo\n", await OutputAsync(second, "ls", "/sys/class/net"));
        Assert.Equal("1\n", await OutputAsync(second, "cat", "/proc/sys/net/ipv4/ip_forward"));
        Assert.Equal("mine\n", await File.ReadAllTextAsync($"{first.RootPath}/run/x"));
        Assert.Equal("0\n", await OutputAsync(second, "grep", "-c", "^nameserver", "/etc/resolv.conf"));
    }

    [Fact]
    public async Task A_node_that_ends_takes_its_processes_and_its_cable_along()
    {
        using var bridge = new UnderlayBridge();
        var node = await StartAsync("node-1", "172.30.0.2");
        using var sleeper = Process.Start(node.Enter("sleep", "1000"))!;
        await node.DisposeAsync();
        await sleeper.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        using var stack = KernelNetworkStack.Open();
        Assert.Null(stack.FindLink("node-1"));
    }

    [Fact]
    public async Task A_node_runs_functions_among_its_mounts_and_in_its_network()
    {
        using var bridge = new UnderlayBridge();
        await using var node = await StartAsync("node-1", "172.30.0.2");
        await OutputAsync(node, "sh", "-c", "echo mine > /run/x");
        var (text, links) = node.Run(() =>
        {
            using var stack = KernelNetworkStack.Open();
            return (File.ReadAllText("/run/x"), stack.Links().Select(link => link.Name).Order().ToArray());
        });
        Assert.Equal("mine\n", text);
        Assert.Equal(["eth0", "lo"], links);
        Assert.False(File.Exists("/run/x"));
    }

    private async Task<LabNode> StartAsync(string name, string address) => await LabNode.StartAsync(
        new LabNodeOptions
        {
            Name = name,
            Underlay = [new UnderlayPlace(IpAddress.Parse(address), IpPrefix.Parse("172.30.0.0/24"), IpAddress.Parse("172.30.0.1"))],
            CniBinDir = Installation.Current.CniBinDir,
            StateDirectory = _state,
            Installation = Installation.Current,
        },
        TestContext.Current.CancellationToken);

    private static async Task<bool> ReachesAsync(LabNode node, string address)
    {
        var start = node.Enter("bash", "-c", $"(echo > /dev/tcp/{address}/1) 2>&1");
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            // Nobody listens on the port: a refusal is an answer, silence is none.
            return (await process.StandardOutput.ReadToEndAsync(limit.Token)).Contains("refused", StringComparison.Ordinal);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return false;
        }
    }

    private static async Task<string> OutputAsync(LabNode node, params string[] command)
    {
        var start = node.Enter(command);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        return await process.StandardOutput.ReadToEndAsync();
    }
}
