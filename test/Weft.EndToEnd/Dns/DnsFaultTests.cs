using System.Globalization;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary>Names while agents end, the API server is away, and settings change. Each test leaves the lab as it was.</summary>
[Collection(DnsCollection.Name)]
public sealed class DnsFaultTests
{
    private const string Name = "web.default.svc.cluster.local", Unheard = "unheard.default.svc.cluster.local";
    private readonly DnsLab _dns;

    public DnsFaultTests(DnsLab dns)
    {
        DnsLab.RequireDig();
        _dns = dns;
    }

    [Fact]
    public async Task An_agent_that_was_killed_leaves_its_addresses_and_the_next_one_answers_again()
    {
        var node = await _dns.FieldAsync("pod", "client", ".spec.nodeName");
        var agent = await AgentAsync(node);
        var address = await _dns.FieldAsync("service", "web", ".spec.clusterIP");
        var process = _dns.Lab.Leftovers().First(process => process.Contains("node run", StringComparison.Ordinal) && process.Contains(node, StringComparison.Ordinal) && !process.Contains("nsenter"));
        (await Shell.RunAsync(["kill", "-9", process.Split(' ')[0]])).Succeeded();
        Assert.Contains("169.254.20.10/32", await OnNodeAsync(node, "ip", "addr", "show", "lo"));

        // Who asks meanwhile hears nothing, and asks again until there is an answer.
        Assert.Equal([address], await _dns.DigAsync("client", "+tries=10", Name));
        await Shell.UntilAsync(async () => await AgentAsync(node) is not 0 and var pid && pid != agent, "another agent");
        await _dns.UntilAsync("client", Name, address);
        Assert.Single((await OnNodeAsync(node, "ip", "-4", "addr", "show", "lo")).Split('\n'), line => line.Contains("169.254.20.10/32", StringComparison.Ordinal));
        await AsBeforeAsync();
    }

    [Fact]
    public async Task A_node_that_does_not_reach_the_api_server_goes_on_answering()
    {
        var address = await _dns.FieldAsync("service", "web", ".spec.clusterIP");
        (await _dns.Lab.WeftAsync("node", "partition", "node2")).Succeeded();
        try
        {
            (await _dns.Lab.KubectlAsync("create", "service", "clusterip", "unheard", "--tcp=80")).Succeeded();
            await HeardAsync("node1");
            Assert.Equal([address], await _dns.DigOnNodeAsync("node2", "@169.254.20.10", Name));
            Assert.Empty(await _dns.DigOnNodeAsync("node2", "@169.254.20.10", Unheard));
        }
        finally
        {
            (await _dns.Lab.WeftAsync("node", "partition", "node2", "--heal")).Succeeded();
        }

        await HeardAsync("node2");
        (await _dns.Lab.KubectlAsync("delete", "service", "unheard")).Succeeded();
        await AsBeforeAsync();
    }

    [Fact]
    public async Task What_others_take_away_comes_back()
    {
        (await _dns.Lab.WeftAsync("node", "exec", "node1", "--", "sh", "-c", "ip addr del 169.254.20.10/32 dev lo && nft delete table inet weft-dns")).Succeeded();
        await Shell.UntilAsync(async () => (await OnNodeAsync("node1", "ip", "addr", "show", "lo")).Contains("169.254.20.10/32"), "the address is back");
        await Shell.UntilAsync(async () => (await _dns.Lab.WeftAsync("node", "exec", "node1", "--", "nft", "list", "table", "inet", "weft-dns")).ExitCode == 0, "the table is back");
        await AsBeforeAsync();
    }

    [Fact]
    public async Task Switched_off_nothing_is_left_and_switched_on_names_are_answered_again()
    {
        await SetAsync("dns", "off");
        try
        {
            await Shell.UntilAsync(async () => !(await OnNodeAsync("node1", "ip", "addr", "show", "lo")).Contains("169.254.20.10"), "the addresses go");
            await Shell.UntilAsync(async () => (await _dns.Lab.WeftAsync("node", "exec", "node1", "--", "nft", "list", "table", "inet", "weft-dns")).ExitCode != 0, "the table goes");
            Assert.Contains("\nnameserver 10.96.0.10\n", await NewPodReadsAsync("/etc/resolv.conf"));
        }
        finally
        {
            await SetAsync("dns", "node");
        }

        await AsBeforeAsync();
    }

    [Fact]
    public async Task Another_address_takes_the_place_of_the_usual_one()
    {
        await SetAsync("dns-address", "169.254.25.10, fd00:169:254:20::10");
        try
        {
            await Shell.UntilAsync(async () => (await OnNodeAsync("node1", "ip", "addr", "show", "lo")) is var lo && lo.Contains("169.254.25.10/32") && !lo.Contains("169.254.20.10"), "the other address");
            await Shell.UntilAsync(
                async () => await _dns.Lab.WeftAsync("node", "exec", "node1", "--", "dig", "+short", "+time=2", "+tries=1", "@169.254.25.10", Name) is { ExitCode: 0 }, "it answers");
            Assert.Contains("\nnameserver 169.254.25.10\n", await NewPodReadsAsync("/etc/resolv.conf"));
        }
        finally
        {
            await SetAsync("dns-address", "169.254.20.10, fd00:169:254:20::10");
        }

        await AsBeforeAsync();
    }

    /// <summary>Waits until every node answers what it did, at every address: also the pods of a headless Service, which a node that was cut off has lost for a while.</summary>
    private async Task AsBeforeAsync()
    {
        foreach (var (node, server) in from node in new[] { "node1", "node2" } from server in DnsLab.Servers select (node, server))
        {
            await Shell.UntilAsync(
                async () => await _dns.Lab.WeftAsync("node", "exec", node, "--", "dig", "+short", "+time=2", "+tries=1", $"@{server}", "db.default.svc.cluster.local") is { ExitCode: 0 } asked
                    && asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2,
                $"{node} answers as before at {server}");
        }
    }

    [Fact]
    public async Task A_corefile_is_followed_while_the_agent_runs_and_what_it_cannot_do_is_an_event()
    {
        var web = await _dns.FieldAsync("service", "web", ".spec.clusterIP");
        await SetAsync("Corefile", @". {\n hosts {\n 192.0.2.10 db.example\n fallthrough\n }\n rewrite name www.example web.default.svc.cluster.local\n template IN A\n}");
        try
        {
            await _dns.UntilAsync("client", "db.example", "192.0.2.10");
            await _dns.UntilAsync("client", "www.example", web);
            Assert.Equal([web], await _dns.DigAsync("client", Name));
            await Shell.UntilAsync(
                async () => (await _dns.Lab.KubectlAsync("get", "events", "-A")).Output.Contains("Corefile line 7: 'template' is no plugin that is done here", StringComparison.Ordinal), "an Event names the line");
        }
        finally
        {
            (await _dns.Lab.KubectlAsync("patch", "configmap", "weft-config", "-n", "kube-system", "--type", "merge", "-p", """{"data":{"Corefile":null}}""")).Succeeded();
        }

        await _dns.UntilAsync("client", "db.example");
    }

    private Task HeardAsync(string node) =>
        Shell.UntilAsync(async () => (await _dns.DigOnNodeAsync(node, "@169.254.20.10", Unheard)).Length == 1, $"{node} hears of the Service");

    /// <summary>What a file says to a pod that starts now.</summary>
    private async Task<string> NewPodReadsAsync(string file)
    {
        (await _dns.Lab.KubectlAsync("run", "late", "--image=weft/host", "--restart=Never", "--command", "--", "sleep", "infinity")).Succeeded();
        try
        {
            var text = "";
            await Shell.UntilAsync(async () => await _dns.Lab.WeftAsync("exec", "late", "--", "cat", file) is { ExitCode: 0, Output: var read } && (text = read).Length > 0, "the new pod runs");
            return text;
        }
        finally
        {
            (await _dns.Lab.KubectlAsync("delete", "pod", "late", "--grace-period=0", "--force")).Succeeded();
        }
    }

    private async Task<string> OnNodeAsync(string node, params string[] command) => (await _dns.Lab.WeftAsync(["node", "exec", node, "--", .. command])).Succeeded().Output;

    private async Task<int> AgentAsync(string node) => (await _dns.Lab.StatusAsync())["parts"]!.AsArray()
        .First(part => part!["name"]!.GetValue<string>() == string.Create(CultureInfo.InvariantCulture, $"agent of {node}"))!["pid"]!.GetValue<int>();

    private async Task SetAsync(string key, string value) =>
        (await _dns.Lab.KubectlAsync("patch", "configmap", "weft-config", "-n", "kube-system", "--type", "merge", "-p", $$$"""{"data":{"{{{key}}}":"{{{value}}}"}}""")).Succeeded();
}
