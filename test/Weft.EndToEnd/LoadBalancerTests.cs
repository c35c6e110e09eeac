using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>A load balancer address as a machine beside the nodes sees it.</summary>
public sealed class LoadBalancerTests
{
    private const string Address = "172.30.0.200";

    [Fact]
    public async Task A_machine_outside_reaches_a_load_balancer_address_whichever_node_is_alive()
    {
        await using var lab = new TestLab();
        (await lab.WeftAsync("up", "examples/services/my-app.yaml", "--lb-range", $"{Address}-172.30.0.201")).Succeeded();
        (await lab.KubectlAsync("scale", "deployment", "my-app", "--replicas=4")).Succeeded();
        (await lab.KubectlAsync("rollout", "status", "deployment/my-app", "--timeout=170s")).Succeeded();
        (await lab.KubectlAsync("expose", "deployment", "my-app", "--name=lb", "--port=80", "--target-port=9376", "--type=LoadBalancer", "--overrides={\"spec\":{\"externalTrafficPolicy\":\"Local\"}}")).Succeeded();

        // Under the policy Local nodes pass nothing on to others, so who answers is on the node that announces.
        await Shell.UntilAsync(async () => await NodeAsync(lab) is not null, "the address answers on the underlay");
        var first = (await NodeAsync(lab))!;
        await Shell.UntilAsync(async () => (await EventsAsync(lab)).Contains($"node {first} announces {Address} by ARP"), "an Event names the node");

        (await lab.WeftAsync("node", "stop", first)).Succeeded();
        await Shell.UntilAsync(async () => await NodeAsync(lab) is { } second && second != first, "another node takes over");
    }

    [Theory]
    [InlineData("--lb-range", "10.96.1.0/24", "--service-cidr")]
    [InlineData("--lb-range", "172.30.0.0/28", "holds addresses of nodes")]
    [InlineData("--lb-range", "2001:db8::/112", "--ip-family")]
    [InlineData("--lb-range", "172.30.0.210-172.30.0.200", "is neither a CIDR block")]
    [InlineData("--lb-range", "172.30.0.200/28", "did you mean 172.30.0.192/28")]
    public async Task A_range_that_cannot_be_is_refused_before_anything_starts(string flag, string range, string reason)
    {
        await using var lab = new TestLab();
        var outcome = await lab.WeftAsync("up", flag, range);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(reason, outcome.Error);
    }

    /// <summary>The node of the pod that answers a client on the underlay, which must see that client; null when nobody answers.</summary>
    private static async Task<string?> NodeAsync(TestLab lab)
    {
        var answer = await lab.WeftAsync("node", "exec", "underlay", "--", "curl", "-sS", "--max-time", "3", $"http://{Address}/");
        if (answer.ExitCode != 0)
            return null;
        var body = System.Text.Json.Nodes.JsonNode.Parse(answer.Output)!;
        Assert.Equal("172.30.0.1", body["client"]!.GetValue<string>());
        return body["node"]!.GetValue<string>();
    }

    private static async Task<string> EventsAsync(TestLab lab) =>
        (await lab.KubectlAsync("get", "events", "--field-selector", "involvedObject.name=lb,reason=nodeAssigned", "-o", "jsonpath={.items[*].message}")).Succeeded().Output;
}
