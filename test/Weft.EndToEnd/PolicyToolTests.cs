using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary><c>weft policy test|diff|explain</c> and <c>weft trace</c> on <c>examples/policies</c>: what is predicted is what packets meet.</summary>
public sealed class PolicyToolTests
{
    private const string Expectations = "examples/policies/tests";

    private const string Service = """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"db"},"spec":{"selector":{"role":"db"},"ports":[{"port":6379}]}}
        """;

    [Fact]
    public async Task The_examples_expectations_are_met_by_the_rules_and_by_the_kernel()
    {
        await using var lab = new TestLab();
        Assert.Contains("22 of 22 expectations met", (await lab.WeftAsync("policy", "test", Expectations, "-q")).Succeeded().Output);
        (await lab.WeftAsync("up", "examples/policies")).Succeeded();
        var measured = (await lab.WeftAsync("policy", "test", Expectations, "--lab")).Succeeded().Output;
        Assert.Contains("skip of the office network, not its guests", measured);
        Assert.Contains("nobody in a lab has the address 172.17.0.0", measured);
        await PredictedIsMeasuredAsync(lab);
        await ExplainedAsync(lab);

        (await lab.KubectlAsync("delete", "networkpolicy", "test-network-policy")).Succeeded();
        await Shell.UntilAsync(
            async () => (await lab.WeftAsync("probe", "--from", "default/stranger", "--to", "role=db", "--port", "6379", "--expect", "all")).ExitCode == 0, "the policy is gone");
        var wrong = await lab.WeftAsync("policy", "test", "examples/policies/tests/database.yaml", "--lab");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("by: there is no policy 'test-network-policy'", wrong.Error);
    }

    [Fact]
    public async Task A_policy_that_does_less_than_expected_fails_the_pipeline_and_is_named()
    {
        await using var lab = new TestLab();
        var folder = Directory.CreateTempSubdirectory("weft-e2e-").FullName;
        try
        {
            var changed = Path.Combine(folder, "changed.yaml");
            await File.WriteAllTextAsync(changed, (await File.ReadAllTextAsync(Path.Combine(Shell.Root, "examples/policies/networkpolicy.yaml"))).Replace("role: frontend", "role: none"));
            var expected = Path.Combine(folder, "expected.yaml");
            await File.WriteAllTextAsync(expected, "- {name: frontends, from: role=frontend, to: role=db, port: redis, expect: allowed}\n");
            var junit = Path.Combine(folder, "results.xml");

            var failed = await lab.WeftAsync("policy", "test", expected, "-f", changed, "-f", "examples/policies/pods.yaml", "-q", "--junit", junit);
            Assert.Equal(1, failed.ExitCode);
            Assert.Contains($"FAIL frontends ({expected}:1)", failed.Output);
            Assert.Contains($"NetworkPolicy default/test-network-policy: {changed}:1", failed.Output);
            Assert.Contains("<failure", await File.ReadAllTextAsync(junit));

            var difference = await lab.WeftAsync("policy", "diff", "examples/policies/networkpolicy.yaml", changed, "-f", "examples/policies/pods.yaml", "-q");
            Assert.Equal(1, difference.ExitCode);
            Assert.Equal("closed:\n  default/frontend to default/db\n      TCP 6379: default deny of NetworkPolicy default/test-network-policy\n", difference.Output);
            Assert.Equal(0, (await lab.WeftAsync("policy", "diff", changed, changed, "-f", "examples/policies/pods.yaml", "-q")).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("- {from: a, to: b, expect: allowed, prot: 1}", "unknown field 'prot' of tests[0]")]
    [InlineData("- {from: nobody, to: db, port: 1, expect: allowed}", "there is no pod default/nobody; there are db, frontend, stranger")]
    [InlineData("kind: Pod", "'apiVersion' not set")]
    [InlineData("- {from: [", "standard input:")]
    public async Task Wrong_expectations_are_wrong_usage(string text, string error)
    {
        await using var lab = new TestLab();
        var outcome = await lab.FeedWeftAsync(text, "policy", "test", "-", "-f", "examples/policies", "-q");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(error, outcome.Error);
    }

    /// <summary>Of every pair of pods, on two ports and through a Service.</summary>
    private static async Task PredictedIsMeasuredAsync(TestLab lab)
    {
        (await lab.FeedKubectlAsync(Service, "apply", "-f", "-")).Succeeded();
        await Shell.UntilAsync(async () => (await lab.WeftAsync("trace", "frontend", "svc/db")).ExitCode == 0, "the Service has its endpoint");
        foreach (var (target, arguments) in ((string, string[])[])[("db:6379", ["--to", "role=db", "--port", "6379"]), ("db:9121", ["--to", "role=db", "--port", "9121"]), ("svc/db", ["--to", "svc/db"]), ("frontend:80", ["--to", "role=frontend", "--port", "80"])])
        {
            foreach (var client in (string[])["default/db", "default/frontend", "default/stranger", "mine/batch"])
            {
                var predicted = (await lab.WeftAsync("trace", client, target)).ExitCode == 0;
                await Shell.UntilAsync(
                    async () => (await ReachedAsync(lab, [.. arguments, "--from", client])) == predicted, $"{client} {(predicted ? "reaches" : "does not reach")} {target}, as predicted");
            }
        }
    }

    private static async Task<bool> ReachedAsync(TestLab lab, string[] probe)
    {
        var report = JsonNode.Parse((await lab.WeftAsync(["probe", "-o", "json", .. probe])).Succeeded().Output)!;
        return report["reached"]!.GetValue<int>() == report["total"]!.GetValue<int>();
    }

    private static async Task ExplainedAsync(TestLab lab)
    {
        var explained = JsonNode.Parse((await lab.WeftAsync("policy", "explain", "db", "-o", "json")).Succeeded().Output)!;
        Assert.Equal("NetworkPolicy default/test-network-policy", explained["ingress"]!["isolatedBy"]![0]!.GetValue<string>());
        Assert.Contains("isolated by NetworkPolicy default/test-network-policy", (await lab.WeftAsync("policy", "explain", "db")).Succeeded().Output);
        var same = await lab.WeftAsync("policy", "diff", "examples/policies/networkpolicy.yaml", "--lab");
        Assert.StartsWith("the same connections pass", same.Succeeded().Output);
    }
}
