using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Lab.Pods;

namespace Weft.KernelTests.Lab;

/// <summary>The end of pods: hooks, signals, what goes on serving meanwhile, and in which order containers go.</summary>
[Collection("underlay")]
public sealed class TerminationTests : IDisposable
{
    // Programs write here what happens to them; it outlives their pod.
    private readonly string _marks = Directory.CreateTempSubdirectory("weft-marks-").FullName;

    public TerminationTests() => Assert.SkipUnless(
        File.Exists(Installation.Current.PodBinary) && File.Exists(Path.Combine(Installation.Current.CniBinDir, "ptp")),
        "weft-pod and the plugins are not built: ./test.sh publishes them");

    public void Dispose() => Directory.Delete(_marks, recursive: true);

    [Fact]
    public async Task The_hook_runs_before_sigterm()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var hook = new Lifecycle { PreStop = new ProbeHandler { Exec = new ExecAction { Command = ["sh", "-c", "sleep 0.3; echo hook >> /marks/log"] } } };
        await lab.CreateAsync(Marked("web", Program("main") with { Lifecycle = hook }));
        await lab.WaitAsync("web", pod => pod.IsReady());
        await lab.Client.DeleteAsync<Pod>("default", "web");
        await lab.GoneAsync("web");
        Assert.Equal(["main starts", "hook", "main is told to end"], Marks());
    }

    [Fact]
    public async Task A_hook_that_fails_is_told_and_stops_nothing()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var hook = new Lifecycle { PreStop = new ProbeHandler { HttpGet = new HttpGetAction { Port = 1, Path = "/" } } };
        await lab.CreateAsync(Marked("web", Program("main") with { Lifecycle = hook }));
        await lab.WaitAsync("web", pod => pod.IsReady());
        await lab.Client.DeleteAsync<Pod>("default", "web");
        await lab.WaitForEventAsync("web", e => e.StartsWith("Warning FailedPreStopHook", StringComparison.Ordinal));
        await lab.GoneAsync("web");
        Assert.Equal(["main starts", "main is told to end"], Marks());
    }

    [Fact]
    public async Task A_terminating_pod_serves_and_is_asked_whether_it_is_ready_until_its_time_is_cut_short()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = StandIn("web", new Probe { HttpGet = new HttpGetAction { Port = 8080, Path = "/ok" }, PeriodSeconds = 1, FailureThreshold = 1 });
        await lab.CreateAsync(pod with { Metadata = pod.Metadata with { Annotations = StringMap.Of((StandInAnnotations.Linger, "10m")) } });
        await lab.WaitAsync("web", pod => pod.IsReady());

        await lab.Client.DeleteAsync<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 600 });
        await lab.WaitAsync("web", pod => pod.IsTerminating());
        Assert.Equal(0, (await lab.ExecAsync("web", "curl", "-sf", "http://127.0.0.1:8080/")).Code);
        Assert.True((await lab.Client.GetAsync<Pod>("default", "web")).IsReady());

        await lab.Client.ModifyAsync<Pod>("default", "web", pod => pod with { Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(StandInAnnotations.Status, "/ok=503") } });
        await lab.WaitAsync("web", pod => pod.IsTerminating() && !pod.IsReady());
        await lab.Client.ModifyAsync<Pod>("default", "web", pod => pod with { Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(StandInAnnotations.Status, "200") } });
        await lab.WaitAsync("web", pod => pod.IsTerminating() && pod.IsReady());

        await lab.Client.DeleteAsync<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 1 });
        await lab.GoneAsync("web");
    }

    [Fact]
    public async Task A_pod_removed_by_force_ends_at_once_also_in_its_grace_period()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = StandIn("web", readiness: null);
        await lab.CreateAsync(pod with { Metadata = pod.Metadata with { Annotations = StringMap.Of((StandInAnnotations.Linger, "10m")) } });
        await lab.WaitAsync("web", pod => pod.IsReady());
        await lab.Client.DeleteAsync<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 600 });
        await lab.Client.DeleteAsync<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 0 });
        await lab.UntilAsync(() => !Directory.EnumerateFiles($"{lab.Node.RootPath}/run/netns").Any(), "its namespace goes");
    }

    [Fact]
    public async Task Sidecars_start_before_the_main_containers_and_end_after_them()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = Marked("web", Program("main"));
        var sidecar = Program("sidecar") with { RestartPolicy = "Always", VolumeMounts = pod.Spec.Containers[0].VolumeMounts };
        var last = new Container { Name = "init", Image = "weft/host", Command = ["sh", "-c", "echo init >> /marks/log"], VolumeMounts = sidecar.VolumeMounts };
        await lab.CreateAsync(pod with { Spec = pod.Spec with { InitContainers = [sidecar, last] } });
        var ready = await lab.WaitAsync("web", pod => pod.IsReady() && Marks().Contains("main starts"));
        Assert.True(ready.Status.InitContainerStatuses[0].Ready);
        Assert.NotNull(ready.Status.InitContainerStatuses[0].State!.Running);

        await lab.Client.DeleteAsync<Pod>("default", "web");
        await lab.GoneAsync("web");
        var marks = Marks();
        Assert.Equal(["init", "main starts", "main is told to end", "sidecar is told to end"], marks.Where(mark => mark != "sidecar starts"));
        Assert.Contains("sidecar starts", marks);
    }

    [Fact]
    public async Task A_liveness_probe_may_give_less_time_to_end_than_the_pod()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var liveness = new Probe { Exec = new ExecAction { Command = ["false"] }, PeriodSeconds = 1, FailureThreshold = 1, TerminationGracePeriodSeconds = 1 };
        var deaf = new Container { Name = "main", Image = "weft/host", Command = ["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"], LivenessProbe = liveness };
        await lab.CreateAsync(new Pod { Metadata = new ObjectMeta { Name = "web" }, Spec = new PodSpec { TerminationGracePeriodSeconds = 3600, Containers = [deaf] } });
        var pod = await lab.WaitAsync("web", pod => pod.Status.ContainerStatuses is [{ RestartCount: > 0 }]);
        Assert.NotEqual(0, pod.Status.ContainerStatuses[0].LastState!.Terminated!.ExitCode);
        await lab.Client.DeleteAsync<Pod>("default", "web", new DeleteOptions { GracePeriodSeconds = 0 });
    }

    private string[] Marks() => File.Exists(Path.Combine(_marks, "log")) ? File.ReadAllLines(Path.Combine(_marks, "log")) : [];

    private Pod Marked(string name, Container container) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec
        {
            TerminationGracePeriodSeconds = 120,
            Volumes = [new Volume { Name = "marks", HostPath = new HostPathVolume { Path = _marks } }],
            Containers = [container with { VolumeMounts = [new VolumeMount { Name = "marks", MountPath = "/marks" }] }],
        },
    };

    // It is ready once it has said that it starts: before that the shell would not hear the signal.
    private static Container Program(string name) => new()
    {
        Name = name,
        Image = "weft/host",
        Command = ["sh", "-c", $"trap 'echo {name} is told to end >> /marks/log; exit 0' TERM; echo {name} starts >> /marks/log; touch /tmp/up; while :; do sleep 0.05; done"],
        ReadinessProbe = new Probe { Exec = new ExecAction { Command = ["test", "-e", "/tmp/up"] }, PeriodSeconds = 1 },
    };

    private static Pod StandIn(string name, Probe? readiness) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "nginx", Ports = [new ContainerPort { Port = 8080 }], ReadinessProbe = readiness }] },
    };
}
