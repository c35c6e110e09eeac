using System.Globalization;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>Nothing is left behind, however a lab ends.</summary>
public sealed class DownTests
{
    private const string OnePod = """
        apiVersion: v1
        kind: Pod
        metadata: { name: web }
        spec: { containers: [{ name: web, image: nginx, ports: [{ containerPort: 80 }] }] }
        """;

    [Theory]
    [InlineData("supervise --state")]
    [InlineData("weft-pod init -- ")]
    [InlineData("unshare --user")]
    [InlineData("node run --kubeconfig")]
    public async Task Down_after_kill_9_leaves_nothing(string victim)
    {
        await using var lab = new TestLab();
        var mounts = await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken);
        var links = Directory.GetDirectories("/sys/class/net");
        (await lab.FeedWeftAsync(OnePod, "up", "-")).Succeeded();

        var pid = int.Parse(lab.Leftovers().First(process => process.Contains(victim, StringComparison.Ordinal)).Split(' ')[0], CultureInfo.InvariantCulture);
        (await Shell.RunAsync(["kill", "-9", pid.ToString(CultureInfo.InvariantCulture)])).Succeeded();
        (await lab.WeftAsync("down")).Succeeded();

        Assert.Empty(lab.Leftovers());
        Assert.False(Directory.Exists(Path.Combine(lab.Home, "w")), "a folder is left");
        Assert.Equal(mounts, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken));
        Assert.Equal(links, Directory.GetDirectories("/sys/class/net"));
    }

    [Fact]
    public async Task Programs_that_are_killed_leave_no_debugging_files()
    {
        await using var lab = new TestLab();
        (await lab.FeedWeftAsync(OnePod, "up", "-")).Succeeded();
        var files = lab.Leftovers().Select(process => process.Split(' ')[0]).Where(IsRuntime).Select(DebuggingFile).ToList();
        Assert.True(files.Count >= 2, "a supervisor and an agent at least");
        Assert.DoesNotContain(files, File.Exists);
    }

    private static bool IsRuntime(string pid) => File.ReadLines($"/proc/{pid}/maps").Any(line => line.EndsWith("/libcoreclr.so", StringComparison.Ordinal));

    /// <summary>Where a runtime with diagnostics has its socket; it deletes that only when it ends by itself.</summary>
    private static string DebuggingFile(string pid)
    {
        var own = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')[^1];
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        return $"/tmp/dotnet-diagnostic-{own}-{started}-socket";
    }

    [Fact]
    public async Task A_lab_whose_folder_is_deleted_ends_itself()
    {
        await using var lab = new TestLab();
        (await lab.FeedWeftAsync(OnePod, "up", "-")).Succeeded();
        Directory.Delete(lab.Folder, recursive: true);
        await Shell.UntilAsync(() => Task.FromResult(lab.Leftovers().Count == 0), "the processes of the lab end");
    }

    [Fact]
    public async Task A_node_whose_first_process_is_killed_comes_back_with_its_pods()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/hello")).Succeeded();
        var init = lab.Leftovers().First(process => process.Contains("weft-pod node node1", StringComparison.Ordinal) && !process.Contains("unshare"));
        (await Shell.RunAsync(["kill", "-9", init.Split(' ')[0]])).Succeeded();
        await Shell.UntilAsync(
            async () => (await lab.WeftAsync("probe", "--expect", "all")).ExitCode == 0 && (await lab.WeftAsync("probe", "--from", "nodes", "--expect", "all")).ExitCode == 0,
            "every pod and every node reaches every pod again");
    }

    [Fact]
    public async Task A_stopped_node_is_not_ready_and_comes_back()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/hello")).Succeeded();
        (await lab.WeftAsync("node", "stop", "node2")).Succeeded();
        Assert.Contains("stopped", (await lab.WeftAsync("node", "exec", "node2", "--", "true")).Error);
        (await lab.WeftAsync("node", "start", "node2")).Succeeded();
        await Shell.UntilAsync(async () => (await lab.WeftAsync("probe", "--expect", "all")).ExitCode == 0, "every pod reaches every pod again");
    }

    [Fact]
    public async Task A_killed_agent_comes_back_and_the_network_never_stops()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/hello")).Succeeded();
        var before = (await lab.StatusAsync())["parts"]!.AsArray().First(part => part!["name"]!.GetValue<string>() == "agent of node1")!["pid"]!.GetValue<int>();
        var agent = lab.Leftovers().First(process => process.Contains("node run", StringComparison.Ordinal) && process.Contains("node1", StringComparison.Ordinal) && !process.Contains("nsenter"));
        (await Shell.RunAsync(["kill", "-9", agent.Split(' ')[0]])).Succeeded();

        var probe = await lab.ProbeAsync();
        Assert.Equal(probe.GetProperty("total").GetInt32(), probe.GetProperty("reached").GetInt32());
        await Shell.UntilAsync(
            async () => (await lab.StatusAsync())["parts"]!.AsArray().First(part => part!["name"]!.GetValue<string>() == "agent of node1")!["pid"]!.GetValue<int>() is var pid && pid != 0 && pid != before,
            "the agent is started again");
    }

    [Fact]
    public async Task Kept_objects_are_there_after_the_next_up()
    {
        await using var lab = new TestLab();
        (await lab.FeedWeftAsync(OnePod, "up", "--keep", "-")).Succeeded();
        (await lab.WeftAsync("down")).Succeeded();
        Assert.Empty(lab.Leftovers());
        (await lab.WeftAsync("up", "--keep")).Succeeded();
        Assert.Contains("web", (await lab.PodAddressesAsync()).Keys);
    }

    [Fact]
    public async Task An_interrupted_up_keeps_what_was_kept_and_down_waits_its_turn()
    {
        const string Unschedulable = """
            apiVersion: v1
            kind: Pod
            metadata: { name: nowhere }
            spec: { nodeSelector: { no: such-node }, containers: [{ name: web, image: nginx }] }
            """;
        await using var lab = new TestLab();
        (await lab.FeedWeftAsync(OnePod, "up", "--keep", "-")).Succeeded();
        (await lab.WeftAsync("down")).Succeeded();

        var file = Path.Combine(lab.Home, "nowhere.yaml");
        await File.WriteAllTextAsync(file, Unschedulable, TestContext.Current.CancellationToken);
        using var up = lab.StartWeft("up", "--keep", "--wait", "600s", file);
        await Shell.UntilAsync(async () => (await lab.WeftAsync("status")).Output.Contains("nowhere"), "the lab runs and waits for its pod");
        var down = await lab.WeftAsync("down");
        Assert.Equal(1, down.ExitCode);
        Assert.Contains("another weft command", down.Error);

        (await Shell.RunAsync(["kill", "-INT", up.Id.ToString(CultureInfo.InvariantCulture)])).Succeeded();
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(lab.Leftovers());
        (await lab.WeftAsync("up", "--wait", "0s")).Succeeded();
        Assert.Contains("web", (await lab.KubectlAsync("get", "pods", "-o", "name")).Succeeded().Output);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(700)]
    [InlineData(1200)]
    [InlineData(2000)]
    public async Task Interrupting_up_at_any_moment_leaves_nothing(int milliseconds)
    {
        await using var lab = new TestLab();
        using var up = lab.StartWeft("up", "examples/hello", "--wait", "600s", "--pod-cidr", "10.244.0.0/16");
        await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
        await Shell.RunAsync(["kill", "-INT", up.Id.ToString(CultureInfo.InvariantCulture)]);
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (up.ExitCode != 0)
        {
            Assert.Empty(lab.Leftovers());
            Assert.False(Directory.Exists(lab.Folder), "the lab's folder is left");
        }
    }
}
