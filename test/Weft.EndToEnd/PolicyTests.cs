using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary><c>examples/policies</c> as its README shows it, by real packets.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task The_seeds_policy_decides_who_reaches_the_database_and_follows_labels()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/policies")).Succeeded();

        await ReachedByAsync(lab, 6379, "default/db", "default/frontend", "mine/batch");
        await ReachedByAsync(lab, 9121, "default/db");
        Assert.Empty(await ReachingAsync(lab, "--from", "role=db", "--to", "role=frontend"));

        (await lab.KubectlAsync("label", "pod", "stranger", "role=frontend")).Succeeded();
        await ReachedByAsync(lab, 6379, "default/db", "default/frontend", "default/stranger", "mine/batch");

        (await lab.KubectlAsync("delete", "networkpolicy", "test-network-policy")).Succeeded();
        await ReachedByAsync(lab, 9121, "default/db", "default/frontend", "default/stranger", "mine/batch");
    }

    [Fact]
    public async Task A_pod_that_a_policy_selects_never_runs_without_it()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/policies", "--nodes", "1")).Succeeded();
        var server = (await lab.KubectlAsync("get", "pod", "frontend", "-o", "jsonpath={.status.podIP}")).Succeeded().Output;

        // The first thing it does is what it may not; it says at once whether that was possible.
        var pod = $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"eager","labels":{"role":"db"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"weft/host",
             "command":["sh","-c","curl -s -o /dev/null --max-time 5 http://{{{server}}}/; echo exit $?"]}]}}
            """;
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, pod);
            (await lab.KubectlAsync("apply", "-f", file)).Succeeded();
            await Shell.UntilAsync(
                async () => (await lab.KubectlAsync("get", "pod", "eager", "-o", "jsonpath={.status.phase}")).Output == "Succeeded", "the pod has tried");
            Assert.Equal("exit 28", (await lab.KubectlAsync("logs", "eager")).Succeeded().Output.Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task ReachedByAsync(TestLab lab, int port, params string[] pods) => Shell.UntilAsync(
        async () => Enumerable.SequenceEqual(await ReachingAsync(lab, "--to", "role=db", "--port", $"{port}"), pods),
        $"the database is reached on {port} by {string.Join(", ", pods)}");

    /// <summary>Who reaches anybody, of those that were asked for.</summary>
    private static async Task<string[]> ReachingAsync(TestLab lab, params string[] probe)
    {
        var report = JsonNode.Parse((await lab.WeftAsync(["probe", "-o", "json", .. probe])).Succeeded().Output)!;
        return [.. report["results"]!.AsArray().Where(result => result!["reached"]!.GetValue<bool>()).Select(result => result!["from"]!.GetValue<string>()).Distinct().Order(StringComparer.Ordinal)];
    }
}
