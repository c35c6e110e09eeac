using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>Services as their users see them: the real kubectl changes things, curl asks from pods, from nodes and from outside.</summary>
public sealed class ServiceTests(ServicesLab services) : IClassFixture<ServicesLab>
{
    private const string Client = "exec client";
    private const string Outside = "node exec underlay";
    private readonly TestLab _lab = services.Lab;

    [Fact]
    public async Task The_seeds_service_spreads_over_the_pods_behind_it()
    {
        var address = await services.FieldAsync("my-service", ".spec.clusterIP");
        await services.AnsweredByAsync(Client, $"{address}:80", () => services.PodsAsync("my-app"));
        var probe = await _lab.ProbeAsync("--to", "svc/my-service");
        Assert.Equal(probe.GetProperty("total").GetInt32(), probe.GetProperty("reached").GetInt32());
        probe = await _lab.ProbeAsync("--to", "svc/my-service", "--from", "nodes");
        Assert.Equal(2, probe.GetProperty("reached").GetInt32());
    }

    [Fact]
    public async Task Both_families_and_both_protocols_of_one_port_are_served()
    {
        await services.AnsweredByAsync(Client, $"[{await services.FieldAsync("web", ".spec.clusterIPs[1]")}]:80", () => services.PodsAsync("web"));
        foreach (var protocol in new[] { "tcp", "udp" })
        {
            var probe = await _lab.ProbeAsync("--to", "svc/web:7", "--protocol", protocol);
            Assert.Equal(probe.GetProperty("total").GetInt32(), probe.GetProperty("reached").GetInt32());
        }
    }

    [Fact]
    public async Task Scaling_up_and_down_is_followed()
    {
        var address = $"{await services.FieldAsync("my-service", ".spec.clusterIP")}:80";
        foreach (var replicas in new[] { "5", "1", "3" })
        {
            (await _lab.KubectlAsync("scale", "deployment", "my-app", $"--replicas={replicas}")).Succeeded();
            (await _lab.KubectlAsync("rollout", "status", "deployment/my-app", "--timeout=170s")).Succeeded();
            await Shell.UntilAsync(async () => (await services.PodsAsync("my-app")).Length.ToString() == replicas, "pods come and go");
            await services.AnsweredByAsync(Client, address, () => services.PodsAsync("my-app"));
        }
    }

    [Fact]
    public async Task A_rolling_update_fails_no_request()
    {
        var address = await services.FieldAsync("web", ".spec.clusterIP");
        var before = await services.PodsAsync("web");
        var script = $"rm -f /tmp/stop; while [ ! -e /tmp/stop ]; do curl -sS --max-time 30 -o /dev/null http://{address}/ && echo ok || echo failed; done";
        using var requests = _lab.StartWeft("exec", "client", "--", "sh", "-c", script);
        var answers = requests.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            (await _lab.KubectlAsync("rollout", "restart", "deployment/web")).Succeeded();
            (await _lab.KubectlAsync("rollout", "status", "deployment/web", "--timeout=170s")).Succeeded();
            await services.AnsweredByAsync(Client, $"{address}:80", () => services.PodsAsync("web"));
        }
        finally
        {
            (await _lab.WeftAsync("exec", "client", "--", "touch", "/tmp/stop")).Succeeded();
        }

        Assert.Empty(before.Intersect(await services.PodsAsync("web")));
        var lines = (await answers).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.DoesNotContain("failed", lines);
    }

    [Fact]
    public async Task A_pod_that_is_not_ready_gets_no_connection()
    {
        var address = $"{await services.FieldAsync("web", ".spec.clusterIP")}:80";
        var pods = await services.PodsAsync("web");
        (await _lab.KubectlAsync("annotate", "pod", pods[0], "weft/stand-in-fail-probes=readiness")).Succeeded();
        await services.AnsweredByAsync(Client, address, () => Task.FromResult(pods[1..]));
        (await _lab.KubectlAsync("annotate", "pod", pods[0], "weft/stand-in-fail-probes-")).Succeeded();
        await services.AnsweredByAsync(Client, address, () => Task.FromResult(pods));
    }

    [Fact]
    public async Task Affinity_keeps_a_client_with_its_pod()
    {
        var address = await services.FieldAsync("web-sticky", ".spec.clusterIP");
        Assert.Single(await services.AnsweringAsync(Client, $"{address}:80"));
        Assert.Single(await services.AnsweringAsync(Client, $"[{await services.FieldAsync("web-sticky", ".spec.clusterIPs[1]")}]:80"));
    }

    [Theory]
    [InlineData("172.30.0.2")]
    [InlineData("[fd00:172:30::3]")]
    public async Task A_node_port_is_served_on_every_node_for_clients_outside(string node) =>
        await services.AnsweredByAsync(Outside, $"{node}:30080", () => services.PodsAsync("web"));

    [Fact]
    public async Task Local_traffic_stays_on_the_node_and_shows_the_client()
    {
        var pod = (await services.PodsAsync("web"))[0];
        var node = (await _lab.KubectlAsync("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}")).Succeeded().Output;
        var address = (await _lab.StatusAsync())["nodes"]!.AsArray().First(n => n!["name"]!.GetValue<string>() == node)!["ip"]!.GetValue<string>();
        Assert.All(await services.AskAsync(Outside, $"{address}:30081", 10), answer =>
        {
            Assert.Equal(node, answer["node"]!.GetValue<string>());
            Assert.Equal("172.30.0.1", answer["client"]!.GetValue<string>());
        });
    }

    [Fact]
    public async Task A_headless_service_has_endpoints_and_no_address()
    {
        Assert.Equal("None", await services.FieldAsync("web-headless", ".spec.clusterIP"));
        var outcome = await _lab.WeftAsync("probe", "--to", "svc/web-headless");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("headless", outcome.Error);
        var slices = await _lab.KubectlAsync("get", "endpointslices", "-l", "kubernetes.io/service-name=web-headless", "-o", "jsonpath={.items[*].endpoints[*].targetRef.name}");
        Assert.NotEmpty(slices.Succeeded().Output);
    }
}
