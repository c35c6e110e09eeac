using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>What the policy of <c>examples/policies</c> denies, and would deny under audit, is told of by name.</summary>
public sealed class PolicyLogTests
{
    private const string Policy = "test-network-policy";

    [Fact]
    public async Task What_a_policy_denies_has_names_and_under_audit_passes_and_is_reported()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/policies")).Succeeded();

        var denied = await UntilLoggedAsync(lab, "deny", ["--from", "default/stranger", "--to", "default/db", "--port", "6379"], "--pod", "db");
        Assert.Equal(("default/db", "default/stranger", "pod"), (Text(denied, "pod"), Text(denied, "peer"), Text(denied, "peerKind")));
        Assert.Equal(("ingress", "TCP", 6379, "NetworkPolicy"), (Text(denied, "direction"), Text(denied, "protocol"), denied["port"]!.GetValue<int>(), Text(denied, "tier")));
        Assert.Equal(("NetworkPolicy", "default", Policy), (Text(denied["policies"]![0]!, "kind"), Text(denied["policies"]![0]!, "namespace"), Text(denied["policies"]![0]!, "name")));
        Assert.Null(denied["rule"]);

        var opened = await UntilLoggedAsync(lab, "deny", ["--from", "default/db", "--to", "mine/batch"], "--pod", "mine/batch", "--namespace", "default");
        Assert.Equal(("egress", "default/db", "mine/batch"), (Text(opened, "direction"), Text(opened, "pod"), Text(opened, "peer")));

        var lines = (await lab.WeftAsync("policy", "log")).Succeeded().Output;
        Assert.Contains($" deny  default/stranger -> default/db TCP 6379 ingress: default deny of NetworkPolicy default/{Policy}", lines, StringComparison.Ordinal);
        Assert.Empty((await lab.WeftAsync("policy", "log", "--pod", "nobody")).Succeeded().Output);
        Assert.Equal(1, (await lab.WeftAsync("policy", "log", "--node", "node9")).ExitCode);

        (await lab.KubectlAsync("annotate", "networkpolicy", Policy, "weft/policy-audit=true")).Succeeded();
        var passed = await UntilLoggedAsync(lab, "audit", ["--from", "default/stranger", "--to", "default/db", "--port", "6379"]);
        Assert.Equal(("default/db", "default/stranger"), (Text(passed, "pod"), Text(passed, "peer")));
        Assert.Equal(1, (await lab.ProbeAsync("--from", "default/stranger", "--to", "default/db", "--port", "6379")).GetProperty("reached").GetInt32());

        await Shell.UntilAsync(async () => (await AuditAsync(lab))["policies"]![0]!["packets"]!.GetValue<int>() > 0, "the kernel has counted what would have been denied");
        var audit = await AuditAsync(lab);
        Assert.Equal((Policy, "policy", 1), (Text(audit["policies"]![0]!["policy"]!, "name"), Text(audit["policies"]![0]!, "by"), audit["policies"]![0]!["pods"]!.GetValue<int>()));
        Assert.Contains(audit["connections"]!.AsArray(), each => Text(each!, "pod") == "default/db" && Text(each!, "peer") == "default/stranger");
        Assert.Contains($"NetworkPolicy default/{Policy}", (await lab.WeftAsync("policy", "audit")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_follows_sees_packets_as_they_are_denied()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/policies", "--nodes", "1")).Succeeded();
        using var following = lab.StartWeft("policy", "log", "-f", "-o", "json");
        try
        {
            var line = following.StandardOutput.ReadLineAsync();
            await Shell.UntilAsync(
                async () =>
                {
                    await lab.ProbeAsync("--from", "default/stranger", "--to", "default/db", "--port", "6379", "--timeout", "200");
                    return line.IsCompleted;
                },
                "a denied packet is shown");
            Assert.Equal("default/stranger", Text(JsonNode.Parse((await line)!)!, "peer"));
        }
        finally
        {
            following.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Without_a_lab_and_an_agent_it_says_what_is_missing()
    {
        Assert.SkipWhen(File.Exists("/run/weft/policy.sock"), "an agent of this machine would answer");
        await using var lab = new TestLab();
        var outcome = await lab.WeftAsync("policy", "log");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("there is no running lab 'lab', and no agent of this machine", outcome.Error, StringComparison.Ordinal);
    }

    /// <summary>Probes until the log has a line of that action.</summary>
    private static async Task<JsonNode> UntilLoggedAsync(TestLab lab, string action, string[] probe, params string[] filter)
    {
        JsonNode? found = null;
        await Shell.UntilAsync(
            async () =>
            {
                await lab.ProbeAsync([.. probe, "--timeout", "200"]);
                var lines = (await lab.WeftAsync(["policy", "log", "-o", "json", .. filter])).Succeeded().Output;
                found = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).FirstOrDefault(line => Text(line, "action") == action && line["policies"]!.AsArray().Count > 0);
                return found is not null;
            },
            $"a line of '{action}' is logged");
        return found!;
    }

    private static async Task<JsonNode> AuditAsync(TestLab lab) => JsonNode.Parse((await lab.WeftAsync("policy", "audit", "-o", "json")).Succeeded().Output)!;

    private static string? Text(JsonNode node, string name) => node[name]?.GetValue<string>();
}
