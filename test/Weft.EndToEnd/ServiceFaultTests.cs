using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>What happens to Services when the lab changes under them: another proxy, a node that is cut off.</summary>
public sealed class ServiceFaultTests
{
    [Fact]
    public async Task Another_proxy_in_a_running_lab_loses_no_new_connection()
    {
        Assert.SkipUnless(Shell.IsInstalled("iptables-restore") || File.Exists("/usr/sbin/iptables-restore"), "iptables is not installed");
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "--nodes", "1", "examples/services/my-app.yaml", "examples/seed/service.yaml", "examples/services/services.yaml")).Succeeded();
        var address = (await lab.KubectlAsync("get", "service", "my-service", "-o", "jsonpath={.spec.clusterIP}")).Succeeded().Output;
        var script = $"while [ ! -e /tmp/stop ]; do curl -sS --max-time 30 -o /dev/null http://{address}/ && echo ok || echo failed; done";
        using var requests = lab.StartWeft("exec", "client", "--", "sh", "-c", script);
        var answers = requests.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        (await lab.WeftAsync("up", "--proxy", "iptables")).Succeeded();
        await Shell.UntilAsync(async () => (await OnNodeAsync(lab, "iptables-save")).Contains("KUBE-SERVICES"), "iptables take over");
        (await lab.WeftAsync("up", "--proxy", "nftables")).Succeeded();
        await Shell.UntilAsync(async () => !(await OnNodeAsync(lab, "iptables-save")).Contains("KUBE-SERVICES"), "nftables take over");
        (await lab.WeftAsync("exec", "client", "--", "touch", "/tmp/stop")).Succeeded();

        var lines = (await answers).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.DoesNotContain("failed", lines);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_becomes_not_ready_and_loses_its_connections_until_it_is_healed()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/services/my-app.yaml", "examples/seed/service.yaml")).Succeeded();
        (await lab.WeftAsync("node", "partition", "node2")).Succeeded();
        await Shell.UntilAsync(async () => await ReadyAsync(lab, "node2") == "Unknown", "node2 is given up");
        var address = (await lab.KubectlAsync("get", "service", "my-service", "-o", "jsonpath={.spec.clusterIP}")).Succeeded().Output;
        await Shell.UntilAsync(
            async () =>
            {
                var answers = await lab.WeftAsync("node", "exec", "node1", "--", "sh", "-c", $"for i in $(seq 20); do curl -sS --max-time 2 http://{address}/ || exit 1; done");
                return answers.ExitCode == 0 && !answers.Output.Contains("\"node\":\"node2\"");
            },
            "connections go to pods of node1 only");

        (await lab.WeftAsync("node", "partition", "node2", "--heal")).Succeeded();
        await Shell.UntilAsync(async () => await ReadyAsync(lab, "node2") == "True", "node2 is ready again");
        await Shell.UntilAsync(async () => (await lab.WeftAsync("probe", "--expect", "all")).ExitCode == 0, "every pod reaches every pod again");
    }

    private static async Task<string> OnNodeAsync(TestLab lab, string command) =>
        (await lab.WeftAsync(["node", "exec", "node1", "--", .. command.Split(' ')])).Output;

    private static async Task<string> ReadyAsync(TestLab lab, string node) =>
        (await lab.KubectlAsync("get", "node", node, "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}")).Succeeded().Output;
}
