using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd.Dns;

/// <summary><c>weft dns</c> against the agents of a lab.</summary>
[Collection(DnsCollection.Name)]
public sealed class DnsCommandTests(DnsLab dns)
{
    private const int NoRecords = 1, Trouble = 2;

    [Fact]
    public async Task A_query_says_which_object_answers()
    {
        var address = await dns.FieldAsync("service", "web", ".spec.clusterIP");
        var found = (await QueryAsync("web.default.svc.cluster.local", "--node", "node2")).Succeeded().Output;
        Assert.StartsWith($"web.default.svc.cluster.local. 5 IN A {address}\nanswered by the Service default/web (node node2, ", found, StringComparison.Ordinal);
        Assert.Contains("  its cluster IPs are ", found, StringComparison.Ordinal);
        var absent = await QueryAsync("wbe.default.svc.cluster.local");
        Assert.Equal(NoRecords, absent.ExitCode);
        Assert.Contains("  there is no Service wbe in the namespace default: did you mean default/web?\n", absent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_from_a_pod_goes_through_its_search_list()
    {
        var (node, cart) = (await dns.FieldAsync("pod", "own-settings", ".spec.nodeName"), await dns.FieldAsync("service", "cart", ".spec.clusterIP", "shop"));
        await Shell.UntilAsync(async () => (await dns.Lab.WeftAsync("dns", "query", "cart", "--from", "own-settings")).ExitCode == 0, "the pod's search list counts");
        var report = JsonNode.Parse((await QueryAsync("cart", "--from", "default/own-settings", "-o", "json")).Succeeded().Output)!;
        Assert.Equal((node, "default/own-settings", 2), ((string?)report["node"], (string?)report["pod"], (int?)report["ndots"]));
        var tries = report["tries"]!.AsArray();
        Assert.Equal(["cart.default.svc.cluster.local.", "cart.svc.cluster.local.", "cart.cluster.local.", "cart.shop.svc.cluster.local."], tries.Select(one => (string?)one!["name"]));
        Assert.Equal(["NXDOMAIN", "NXDOMAIN", "NXDOMAIN", "NOERROR"], tries.Select(one => (string?)one!["code"]));
        Assert.Equal(("the Service shop/cart", "shop/cart", cart), ((string?)tries[3]!["answeredBy"], (string?)tries[3]!["services"]![0], (string?)tries[3]!["answers"]![0]!["data"]));
    }

    [Theory]
    [InlineData("there is no pod default/stranger: `weft status` lists them", "dns", "query", "web", "--from", "stranger")]
    [InlineData("there is no node 'node9': the lab has node1, node2", "dns", "query", "web", "--node", "node9")]
    [InlineData("node1: there is no record type 'B'", "dns", "query", "web", "-t", "B")]
    [InlineData("node1: 'a..b' has an empty label", "dns", "query", "a..b")]
    [InlineData("there is no running lab 'other'", "dns", "top", "--name", "other")]
    public Task What_is_in_the_way_is_named(string error, params string[] command) => Shell.UntilAsync(
        async () => await dns.Lab.WeftAsync(command) is { ExitCode: Trouble } asked && asked.Error.Contains(error, StringComparison.Ordinal), error);

    [Fact]
    public Task Who_watches_sees_what_each_node_is_asked_for() =>
        Shell.UntilAsync(
            async () =>
            {
                var watching = dns.Lab.WeftAsync("dns", "top", "--interval", "3s", "--count", "1", "-o", "json");
                while (!watching.IsCompleted)
                    await dns.Lab.WeftAsync("dns", "query", "seen.default.svc.cluster.local", "--from", "client");
                var nodes = (await watching).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
                return nodes.Select(node => (string?)node["node"]).SequenceEqual(["node1", "node2"]) && nodes.Any(node => node["names"]!.AsArray().Any(one => (string?)one!["name"] == "seen.default.svc.cluster.local." && (string?)one["code"] == "NXDOMAIN")
                    && node["clients"]!.AsArray().Any(one => (string?)one!["name"] == "default/client"));
            },
            "the name and the client are seen");

    /// <summary>Asks until the agent answers, which another test may just have started again.</summary>
    private async Task<Outcome> QueryAsync(params string[] arguments)
    {
        Outcome? asked = null;
        await Shell.UntilAsync(async () => (asked = await dns.Lab.WeftAsync(["dns", "query", .. arguments])).ExitCode != Trouble, "the agent answers");
        return asked!;
    }
}
