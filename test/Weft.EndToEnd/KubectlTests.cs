using System.Text.Json.Nodes;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>The real kubectl against a lab.</summary>
[Collection(nameof(HelloLab))]
public sealed class KubectlTests(HelloLab hello)
{
    private readonly TestLab _lab = hello.Lab;

    [Fact]
    public async Task Get_pods_wide_shows_addresses_and_nodes()
    {
        var output = (await _lab.KubectlAsync("get", "pods", "-A", "-o", "wide")).Succeeded().Output;
        Assert.Contains("NOMINATED NODE", output);
        Assert.Matches(@"default +client-a +1/1 +Running +0 +\S+ +10\.244\.\d+\.\d+ +node[12]", output);
    }

    [Fact]
    public async Task Version_is_one_for_which_kubectl_uses_websockets()
    {
        var server = JsonNode.Parse((await _lab.KubectlAsync("version", "-o", "json")).Succeeded().Output)!["serverVersion"]!;
        Assert.True(int.Parse(server["minor"]!.GetValue<string>().TrimEnd('+')) >= 31);
    }

    [Fact]
    public async Task Apply_creates_then_finds_nothing_to_change_then_deletes()
    {
        const string Pod = """
            apiVersion: v1
            kind: Pod
            metadata: { name: applied, labels: { app: applied } }
            spec: { containers: [{ name: web, image: nginx, ports: [{ containerPort: 8080 }] }] }
            """;
        Assert.Contains("pod/applied created", (await _lab.FeedKubectlAsync(Pod, "apply", "-f", "-")).Succeeded().Output);
        Assert.Contains("pod/applied unchanged", (await _lab.FeedKubectlAsync(Pod, "apply", "-f", "-")).Succeeded().Output);
        var changed = Pod.Replace("app: applied", "app: changed", StringComparison.Ordinal);
        Assert.Contains("pod/applied configured", (await _lab.FeedKubectlAsync(changed, "apply", "-f", "-")).Succeeded().Output);
        (await _lab.KubectlAsync("wait", "--for=condition=Ready", "pod/applied", "--timeout=170s")).Succeeded();
        Assert.Contains("pod \"applied\" deleted", (await _lab.KubectlAsync("delete", "pod", "applied")).Succeeded().Output);
        Assert.Contains("NotFound", (await _lab.KubectlAsync("get", "pod", "applied")).Error);
    }

    [Fact]
    public async Task Apply_refuses_an_unknown_field_by_name()
    {
        const string Pod = """
            apiVersion: v1
            kind: Pod
            metadata: { name: wrong }
            spec: { containers: [{ name: web, image: nginx, portz: [] }] }
            """;
        var outcome = await _lab.FeedKubectlAsync(Pod, "apply", "-f", "-");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("unknown field \"spec.containers[0].portz\"", outcome.Error);
    }

    [Fact]
    public async Task Exec_returns_output_and_exit_code()
    {
        Assert.Equal("client-a\n", (await _lab.KubectlAsync("exec", "client-a", "--", "hostname")).Succeeded().Output);
        var failed = await _lab.KubectlAsync("exec", "client-a", "--", "sh", "-c", "echo oops >&2; exit 3");
        Assert.Equal(3, failed.ExitCode);
        Assert.Contains("oops", failed.Error);
    }

    [Fact]
    public async Task Exec_with_input_passes_it_through() =>
        Assert.Equal("HELLO", (await _lab.FeedKubectlAsync("hello", "exec", "-i", "client-a", "--", "tr", "a-z", "A-Z")).Succeeded().Output.Trim());

    [Fact]
    public async Task Exec_of_a_missing_program_says_so()
    {
        var outcome = await _lab.KubectlAsync("exec", "client-a", "--", "no-such-program");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("no-such-program", outcome.Error);
    }

    [Fact]
    public async Task Logs_show_what_a_container_printed()
    {
        const string Pod = """
            apiVersion: v1
            kind: Pod
            metadata: { name: talker }
            spec:
              restartPolicy: Never
              containers: [{ name: talk, image: weft/host, command: [sh, -c, "for i in 1 2 3; do echo line $i; done"] }]
            """;
        (await _lab.FeedKubectlAsync(Pod, "apply", "-f", "-")).Succeeded();
        (await _lab.KubectlAsync("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/talker", "--timeout=170s")).Succeeded();
        Assert.Equal("line 1\nline 2\nline 3\n", (await _lab.KubectlAsync("logs", "talker")).Succeeded().Output);
        Assert.Equal("line 3\n", (await _lab.KubectlAsync("logs", "talker", "--tail=1")).Succeeded().Output);
        Assert.Equal("line 1\nline 2\nline 3\n", (await _lab.KubectlAsync("logs", "-f", "talker")).Succeeded().Output);
        (await _lab.KubectlAsync("delete", "pod", "talker")).Succeeded();
    }

    [Fact]
    public async Task Scale_changes_the_number_of_pods_and_get_watch_sees_it()
    {
        (await _lab.KubectlAsync("create", "deployment", "scaled", "--image=nginx", "--port=80")).Succeeded();
        (await _lab.KubectlAsync("rollout", "status", "deployment/scaled", "--timeout=170s")).Succeeded();
        using var watch = _lab.StartKubectl("get", "deployment", "scaled", "-w", "-o", "jsonpath={.status.readyReplicas}{\"\\n\"}");
        try
        {
            Assert.Equal("1", await watch.StandardOutput.ReadLineAsync());
            (await _lab.KubectlAsync("scale", "deployment/scaled", "--replicas=3")).Succeeded();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (await watch.StandardOutput.ReadLineAsync(limit.Token) is { } line && line != "3")
            {
            }
        }
        finally
        {
            watch.Kill(entireProcessTree: true);
        }

        (await _lab.KubectlAsync("delete", "deployment", "scaled")).Succeeded();
        await Shell.UntilAsync(
            async () => (await _lab.KubectlAsync("get", "pods", "-l", "app=scaled", "-o", "name")).Output.Length == 0,
            "the pods of the deleted Deployment go");
    }

    [Fact]
    public async Task A_rolling_update_reaches_all_pods_and_can_be_undone()
    {
        (await _lab.KubectlAsync("create", "deployment", "rolled", "--image=nginx:1", "--replicas=2", "--port=80")).Succeeded();
        (await _lab.KubectlAsync("rollout", "status", "deployment/rolled", "--timeout=170s")).Succeeded();
        (await _lab.KubectlAsync("set", "image", "deployment/rolled", "nginx=nginx:2")).Succeeded();
        (await _lab.KubectlAsync("rollout", "status", "deployment/rolled", "--timeout=170s")).Succeeded();
        (await _lab.KubectlAsync("rollout", "undo", "deployment/rolled")).Succeeded();
        (await _lab.KubectlAsync("rollout", "status", "deployment/rolled", "--timeout=170s")).Succeeded();
        Assert.Equal("nginx:1", (await _lab.KubectlAsync("get", "deployment", "rolled", "-o", "jsonpath={.spec.template.spec.containers[0].image}")).Output);
        (await _lab.KubectlAsync("delete", "deployment", "rolled")).Succeeded();
    }

    [Fact]
    public async Task A_job_of_a_host_program_and_one_of_an_image_complete()
    {
        const string Program = """
            apiVersion: batch/v1
            kind: Job
            metadata: { name: counted }
            spec:
              completions: 2
              parallelism: 2
              template:
                spec:
                  restartPolicy: Never
                  containers: [{ name: count, image: weft/host, command: [echo, counted] }]
            """;
        (await _lab.FeedKubectlAsync(Program, "apply", "-f", "-")).Succeeded();
        (await _lab.KubectlAsync("create", "job", "image", "--image=perl", "--", "perl", "-e", "1")).Succeeded();
        (await _lab.KubectlAsync("wait", "--for=condition=complete", "job/counted", "job/image", "--timeout=170s")).Succeeded();
        Assert.Equal("counted\n", (await _lab.KubectlAsync("logs", "job/counted")).Succeeded().Output);
        (await _lab.KubectlAsync("delete", "job", "counted", "image")).Succeeded();
        await Shell.UntilAsync(
            async () => (await _lab.KubectlAsync("get", "pods", "-l", "job-name in (counted, image)", "-o", "name")).Output.Length == 0,
            "the pods of the deleted Jobs go");
    }

    [Fact]
    public async Task Explain_and_api_resources_know_the_kinds()
    {
        Assert.Contains("containerPort", (await _lab.KubectlAsync("explain", "pod.spec.containers.ports")).Succeeded().Output);
        var kinds = (await _lab.KubectlAsync("api-resources")).Succeeded().Output;
        foreach (var kind in new[] { "Namespace", "Node", "Pod", "Service", "Endpoints", "EndpointSlice", "ConfigMap", "Secret", "Event", "Lease", "Deployment", "ReplicaSet", "NetworkPolicy" })
            Assert.Matches($@"\b{kind}\b", kinds);
    }

    [Fact]
    public async Task Two_containers_of_a_pod_share_the_loopback()
    {
        const string Pod = """
            apiVersion: v1
            kind: Pod
            metadata: { name: pair }
            spec:
              containers:
                - { name: web, image: nginx, ports: [{ containerPort: 80 }] }
                - { name: tools, image: weft/host, command: [sleep, infinity] }
            """;
        (await _lab.FeedKubectlAsync(Pod, "apply", "-f", "-")).Succeeded();
        (await _lab.KubectlAsync("wait", "--for=condition=Ready", "pod/pair", "--timeout=170s")).Succeeded();
        Assert.Contains("\"pod\"", (await _lab.KubectlAsync("exec", "pair", "-c", "tools", "--", "curl", "-sS", "http://127.0.0.1/")).Succeeded().Output);
        (await _lab.KubectlAsync("delete", "pod", "pair", "--grace-period=1")).Succeeded();
    }

    [Fact]
    public async Task A_capture_in_a_pod_shows_the_other_pods_own_address()
    {
        var addresses = await _lab.PodAddressesAsync();
        var web = addresses.First(pod => pod.Key.StartsWith("web-", StringComparison.Ordinal));
        using var capture = _lab.StartWeft("exec", web.Key, "--", "tcpdump", "-n", "-l", "-i", "eth0", "-c", "1", "tcp[tcpflags] & tcp-syn != 0 and dst port 80");
        try
        {
            while (await capture.StandardError.ReadLineAsync() is { } line && !line.StartsWith("listening on", StringComparison.Ordinal))
            {
            }

            (await _lab.WeftAsync("exec", "client-a", "--", "curl", "-sS", "-o", "/dev/null", $"http://{web.Value}/")).Succeeded();
            Assert.Contains($"IP {addresses["client-a"]}.", await capture.StandardOutput.ReadLineAsync());
        }
        finally
        {
            if (!capture.HasExited)
                capture.Kill(entireProcessTree: true);
        }
    }
}
