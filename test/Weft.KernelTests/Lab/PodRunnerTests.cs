using System.Diagnostics;
using Weft.ApiServer.Streaming;
using Weft.Kubernetes;
using Weft.Lab;
using Weft.Lab.Pods;

namespace Weft.KernelTests.Lab;

[Collection("underlay")]
public sealed class PodRunnerTests
{
    public PodRunnerTests() => Assert.SkipUnless(
        File.Exists(Installation.Current.PodBinary) && File.Exists(Path.Combine(Installation.Current.CniBinDir, "ptp")),
        "weft-pod and the plugins are not built: ./test.sh publishes them");

    [Fact]
    public async Task A_node_becomes_ready_when_a_network_configuration_appears()
    {
        await using var lab = await LabFixture.StartAsync();
        var node = await NodeAsync(lab, node => node.Status.Conditions.Find("Ready") is not null);
        Assert.Equal("False", node.Status.Conditions.Find("Ready")!.Status);
        Assert.Contains("cni plugin not initialized", node.Status.Conditions.Find("Ready")!.Message);
        await lab.ConfigureNetworkAsync();
        await NodeAsync(lab, node => node.Status.Conditions.IsTrue("Ready"));
        Assert.Equal("172.30.0.2", node.Status.Addresses[0].Address);
        Assert.NotNull((await lab.Client.GetAsync<Lease>("kube-node-lease", LabFixture.NodeName)).Spec.RenewTime);
    }

    [Fact]
    public async Task A_stand_in_becomes_ready_answers_and_goes()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var clock = Stopwatch.StartNew();
        await lab.CreateAsync(StandIn("web"));
        var pod = await lab.WaitAsync("web", pod => pod.IsReady());
        TestContext.Current.SendDiagnosticMessage("ready after {0} ms", clock.ElapsedMilliseconds);

        Assert.Equal("Running", pod.Status.Phase);
        Assert.StartsWith("10.244.0.", pod.Status.PodIP);
        Assert.True(pod.Status.Conditions.IsTrue("PodReadyToStartContainers"));
        Assert.NotNull(pod.Status.ContainerStatuses[0].State!.Running);
        var (code, output) = await lab.ExecAsync("web", "curl", "-s", "http://127.0.0.1:8080/x");
        Assert.Equal(0, code);
        Assert.Contains("\"pod\":\"web\",\"namespace\":\"default\",\"node\":\"node-1\"", output);
        Assert.Contains("listening on TCP port 8080", await lab.LogsAsync("web"));
        await lab.WaitForEventAsync("web", e => e == "Normal Started Started container main");

        clock.Restart();
        await lab.Client.DeleteAsync<Pod>("default", "web");
        await lab.GoneAsync("web");
        TestContext.Current.SendDiagnosticMessage("gone after {0} ms", clock.ElapsedMilliseconds);
        Assert.Empty(Directory.EnumerateFiles($"{lab.Node.RootPath}/run/netns"));
        Assert.False(Directory.Exists($"{lab.Node.RootPath}/var/lib/cni/results") && Directory.EnumerateFiles($"{lab.Node.RootPath}/var/lib/cni/results").Any());
    }

    [Fact]
    public async Task Pods_start_in_parallel()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        await NodeAsync(lab, node => node.Status.Conditions.IsTrue("Ready"));
        var clock = Stopwatch.StartNew();
        var names = Enumerable.Range(0, 10).Select(i => $"web-{i}").ToList();
        await Task.WhenAll(names.Select(name => lab.CreateAsync(StandIn(name))));
        await Task.WhenAll(names.Select(name => lab.WaitAsync(name, pod => pod.IsReady())));
        TestContext.Current.SendDiagnosticMessage("10 pods ready after {0} ms", clock.ElapsedMilliseconds);
        Assert.Equal(10, (await lab.Client.ListAsync<Pod>("default")).Items.Select(pod => pod.Status.PodIP).Distinct().Count());
    }

    [Fact]
    public async Task Containers_of_a_pod_share_its_loopback_and_volumes()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var mount = new VolumeMount { Name = "shared", MountPath = "/no/such/folder/shared" };
        await lab.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Name = "pair" },
            Spec = new PodSpec
            {
                Volumes = [new Volume { Name = "shared", EmptyDir = new EmptyDirVolume() }],
                Containers =
                [
                    new Container { Name = "web", Image = "nginx", Ports = [new ContainerPort { Port = 80 }] },
                    new Container
                    {
                        Name = "client",
                        Image = "weft/host",
                        Command = ["sh", "-c"],
                        Args = ["echo $(GREETING) $POD_IP > /no/such/folder/shared/x; hostname; cat /etc/resolv.conf /etc/hosts; exec sleep 1000"],
                        Env =
                        [
                            new EnvVar { Name = "GREETING", Value = "hello" },
                            new EnvVar { Name = "POD_IP", ValueFrom = new EnvVarSource { FieldRef = new FieldRef { FieldPath = "status.podIP" } } },
                        ],
                        VolumeMounts = [mount],
                    },
                ],
            },
        });
        var pod = await lab.WaitAsync("pair", pod => pod.IsReady());
        await using var session = await lab.Runner.ExecAsync(
            "default", "pair", "client", new ExecRequest(["sh", "-c", "curl -s http://localhost/; cat /no/such/folder/shared/x"], false, true, true, false), CancellationToken.None);
        var output = await new StreamReader(session.Stdout!).ReadToEndAsync();
        Assert.Contains("\"client\":", output);
        Assert.EndsWith($"hello {pod.Status.PodIP}\n", output);
    }

    [Fact]
    public async Task A_program_that_the_host_lacks_makes_the_pod_crash_with_upstreams_words()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        await lab.CreateAsync(Program("bad", "no-such-program"));
        var pod = await lab.WaitAsync("bad", pod => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" }]);
        Assert.Contains("executable file not found in $PATH", pod.Status.ContainerStatuses[0].LastState!.Terminated!.Message);
        Assert.Equal(127, pod.Status.ContainerStatuses[0].LastState!.Terminated!.ExitCode);
        await lab.WaitForEventAsync("bad", e => e.Contains("BackOff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Init_containers_run_in_order_and_a_program_that_ends_makes_the_pod_succeed()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = Program("job", "sh", "-c", "echo one; echo two; exit 0");
        await lab.CreateAsync(pod with
        {
            Spec = pod.Spec with { RestartPolicy = "Never", InitContainers = [new Container { Name = "first", Image = "busybox" }, new Container { Name = "second", Image = "weft/host", Command = ["true"] }] },
        });
        var done = await lab.WaitAsync("job", pod => pod.Status.Phase == "Succeeded");
        Assert.Equal("Completed", done.Status.ContainerStatuses[0].State!.Terminated!.Reason);
        Assert.Equal("PodCompleted", done.Status.Conditions.Find("Ready")!.Reason);
        Assert.Equal("one\ntwo\n", await lab.LogsAsync("job"));
        Assert.Equal("two\n", await lab.LogsAsync("job", new LogRequest(false, 1, null, false, false, null)));
    }

    [Fact]
    public async Task Exec_gives_exit_codes_and_a_terminal()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        await lab.CreateAsync(StandIn("web"));
        await lab.WaitAsync("web", pod => pod.IsReady());
        Assert.Equal((3, ""), await lab.ExecAsync("web", "sh", "-c", "exit 3"));
        var (code, output) = await lab.ExecAsync("web", "no-such-program");
        Assert.Equal(127, code);
        Assert.Contains("executable file not found in $PATH", output);

        await using var session = await lab.Runner.ExecAsync("default", "web", null, new ExecRequest(["sh"], true, true, true, true), CancellationToken.None);
        session.Resize(93, 27);
        await session.Stdin!.WriteAsync("tty; stty size; exit 5\n"u8.ToArray());
        var shown = await new StreamReader(session.Stdout!).ReadToEndAsync();
        Assert.Contains("/dev/pts/0", shown);
        Assert.Contains("27 93", shown);
        Assert.Equal(5, await session.ExitCode);
    }

    [Fact]
    public async Task Annotations_steer_a_running_stand_in()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = StandIn("web");
        await lab.CreateAsync(pod with
        {
            Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { ReadinessProbe = new Probe { HttpGet = new HttpGetAction { Port = 8080, Path = "/ok" }, PeriodSeconds = 1, FailureThreshold = 1 } }] },
        });
        await lab.WaitAsync("web", pod => pod.IsReady());
        await lab.Client.ModifyAsync<Pod>("default", "web", pod => pod with { Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(StandInAnnotations.Status, "/ok=503") } });
        await lab.WaitAsync("web", pod => !pod.IsReady());
        await lab.WaitForEventAsync("web", e => e == "Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503");
    }

    [Fact]
    public async Task Host_programs_get_sigterm_and_then_sigkill()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        await lab.CreateAsync(Program("polite", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
        await lab.CreateAsync(Program("stubborn", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
        await lab.WaitAsync("polite", pod => pod.IsReady());
        await lab.WaitAsync("stubborn", pod => pod.IsReady());
        var clock = Stopwatch.StartNew();
        await lab.Client.DeleteAsync<Pod>("default", "polite", new Kubernetes.Client.DeleteOptions { GracePeriodSeconds = 600 });
        await lab.GoneAsync("polite");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120));
        await lab.Client.DeleteAsync<Pod>("default", "stubborn", new Kubernetes.Client.DeleteOptions { GracePeriodSeconds = 1 });
        await lab.GoneAsync("stubborn");
    }

    [Fact]
    public async Task A_plugin_that_fails_is_told_in_an_event_and_tried_again()
    {
        await using var lab = await LabFixture.StartAsync();
        var file = $"{lab.Node.RootPath}/etc/cni/net.d/10-lab.conflist";
        await File.WriteAllTextAsync(file, """{"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"nonesuch"}]}""");
        await lab.CreateAsync(StandIn("web"));
        await lab.WaitForEventAsync("web", e => e.Contains("FailedCreatePodSandBox", StringComparison.Ordinal) && e.Contains("nonesuch", StringComparison.Ordinal));

        await lab.ConfigureNetworkAsync();
        await lab.WaitAsync("web", pod => pod.IsReady());
    }

    private static Pod StandIn(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "nginx", Ports = [new ContainerPort { Port = 8080 }] }] },
    };

    private static Pod Program(string name, params string[] command) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "weft/host", Command = [.. command] }] },
    };

    private static async Task<Kubernetes.Node> NodeAsync(LabFixture lab, Func<Kubernetes.Node, bool> condition)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (await lab.Client.TryGetAsync<Kubernetes.Node>(null, LabFixture.NodeName) is { } node && condition(node))
                return node;
            await Task.Delay(10);
        }

        throw new TimeoutException("the node did not come to that");
    }
}
