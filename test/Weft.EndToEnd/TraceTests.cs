using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>What <c>weft trace</c> predicts is what requests meet.</summary>
public sealed class TraceTests(ServicesLab services) : IClassFixture<ServicesLab>
{
    [Theory]
    [InlineData("web", "web")]
    [InlineData("my-service", "my-app")]
    public async Task The_endpoints_predicted_are_those_that_answer(string service, string app)
    {
        // Slices follow their pods a moment later.
        string[] predicted = [];
        await Shell.UntilAsync(
            async () => Enumerable.SequenceEqual(predicted = await PredictedAsync(service), await services.PodsAsync(app)), $"svc/{service} is traced to its pods");
        await services.AnsweredByAsync("exec client", $"{await services.FieldAsync(service, ".spec.clusterIP")}:80", () => Task.FromResult(predicted));
    }

    [Fact]
    public async Task Whether_the_client_is_seen_is_as_predicted()
    {
        var address = $"{await services.FieldAsync("web", ".spec.clusterIP")}:80";
        await services.AnsweredByAsync("exec client", address, () => services.PodsAsync("web"));
        foreach (var endpoint in (await TraceAsync("client", "svc/web:80"))["endpoints"]!.AsArray())
            Assert.False(endpoint!["masqueraded"]!.GetValue<bool>());
        var client = (await services.Lab.KubectlAsync("get", "pod", "client", "-o", "jsonpath={.status.podIP}")).Succeeded().Output;
        Assert.All(await services.AskAsync("exec client", address, 5), answer => Assert.Equal(client, answer["client"]!.GetValue<string>()));
    }

    [Fact]
    public async Task What_is_refused_is_predicted_with_its_reason()
    {
        var outcome = await services.Lab.WeftAsync("trace", "client", "svc/web:81");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("refused: Service default/web has no port 81/TCP", outcome.Output);
        var asked = await services.Lab.WeftAsync("exec", "client", "--", "curl", "-sS", "--max-time", "20", $"http://{await services.FieldAsync("web", ".spec.clusterIP")}:81/");
        Assert.Equal(7, asked.ExitCode);
    }

    [Theory]
    [InlineData("nftables", "map @backends")]
    [InlineData("iptables", "KUBE-SEP-")]
    [InlineData("ipvs", "scheduler rr")]
    public async Task Manifests_alone_are_traced_for_every_target(string target, string rule)
    {
        var outcome = await services.Lab.WeftAsync("trace", "client", "svc/web:80", "-f", "examples/services", "-q", "--target", target);
        Assert.Contains(rule, outcome.Succeeded().Output);
        Assert.Contains($"by {target}", outcome.Output);
    }

    private async Task<string[]> PredictedAsync(string service)
    {
        var outcome = await services.Lab.WeftAsync("trace", "client", $"svc/{service}:80", "-o", "json");
        if (outcome.ExitCode != 0)
            return [];
        var report = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(("nftables", "delivered"), (report["target"]!.GetValue<string>(), report["outcome"]!.GetValue<string>()));
        var endpoints = report["endpoints"]!.AsArray();
        Assert.Equal(1, endpoints.Sum(endpoint => endpoint!["probability"]!.GetValue<double>()), 6);
        return [.. endpoints.Select(endpoint => endpoint!["what"]!.GetValue<string>().Split('/')[^1]).Order()];
    }

    private async Task<JsonNode> TraceAsync(string from, string to) =>
        JsonNode.Parse((await services.Lab.WeftAsync("trace", from, to, "-o", "json")).Succeeded().Output)!;
}
