using System.Diagnostics;
using Weft.Kubernetes;
using Weft.Lab;
using Weft.Lab.Pods;

namespace Weft.KernelTests.Lab;

/// <summary>What a pod may ask for beyond containers: its node's network, gRPC probes, variables of Services.</summary>
[Collection("underlay")]
public sealed class PodFeatureTests
{
    public PodFeatureTests() => Assert.SkipUnless(
        File.Exists(Installation.Current.PodBinary) && File.Exists(Path.Combine(Installation.Current.CniBinDir, "ptp")),
        "weft-pod and the plugins are not built: ./test.sh publishes them");

    [Fact]
    public async Task A_pod_on_its_nodes_network_serves_on_the_nodes_address()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = StandIn("host", new Probe { TcpSocket = new TcpSocketAction { Port = 8080 } });
        await lab.CreateAsync(pod with { Spec = pod.Spec with { HostNetwork = true } });
        var ready = await lab.WaitAsync("host", pod => pod.IsReady());
        Assert.Equal("172.30.0.2", ready.Status.PodIP);
        Assert.Equal(["172.30.0.2"], ready.Status.HostIPs.Select(address => address.Ip));
        Assert.Contains("\"pod\":\"host\"", await OnNodeAsync(lab, "curl", "-s", "http://172.30.0.2:8080/"));
        Assert.Equal((0, $"{LabFixture.NodeName}\n"), await lab.ExecAsync("host", "hostname"));
    }

    [Fact]
    public async Task A_grpc_probe_calls_the_health_service()
    {
        Assert.SkipUnless(File.Exists(Installation.Current.WeftDll), "weft is not published: ./test.sh publishes it");
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var pod = StandIn("grpc", new Probe { Grpc = new GrpcAction { Port = 8080 }, PeriodSeconds = 1, FailureThreshold = 1, TimeoutSeconds = 30 });
        await lab.CreateAsync(pod with { Metadata = pod.Metadata with { Annotations = StringMap.Of((StandInAnnotations.Kind, "full")) } });
        await lab.WaitAsync("grpc", pod => pod.IsReady());
        await lab.Client.ModifyAsync<Pod>("default", "grpc", pod => pod with { Metadata = pod.Metadata with { Annotations = pod.Metadata.Annotations.With(StandInAnnotations.Status, "503") } });
        await lab.WaitAsync("grpc", pod => !pod.IsReady());
        await lab.WaitForEventAsync("grpc", e => e.Contains("health rpc probe failed: unexpected HTTP status code 503", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_speaks_no_grpc_is_not_ready()
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var container = new Container
        {
            Name = "main",
            Image = "weft/host",
            Command = ["socat", "TCP-LISTEN:8080,fork,reuseaddr", "SYSTEM:echo hello"],
            ReadinessProbe = new Probe { Grpc = new GrpcAction { Port = 8080 }, PeriodSeconds = 1, FailureThreshold = 1 },
        };
        await lab.CreateAsync(new Pod { Metadata = new ObjectMeta { Name = "mute" }, Spec = new PodSpec { Containers = [container] } });
        await lab.WaitForEventAsync("mute", e => e.StartsWith("Warning Unhealthy Readiness probe failed: dial tcp 10.244.0.", StringComparison.Ordinal));
        Assert.False((await lab.Client.GetAsync<Pod>("default", "mute")).IsReady());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Services_are_told_in_variables_unless_the_pod_declines(bool wanted)
    {
        await using var lab = await LabFixture.StartAsync();
        await lab.ConfigureNetworkAsync();
        var service = await lab.Client.CreateAsync(new Service
        {
            Metadata = new ObjectMeta { Name = "my-db", Namespace = "default" },
            Spec = new ServiceSpec { Ports = [new ServicePort { Port = 5432 }] },
        });
        var container = new Container
        {
            Name = "main",
            Image = "weft/host",
            Command = ["sh", "-c", "env; echo db is $(MY_DB_SERVICE_HOST); exec sleep 1000"],
            Env = [new EnvVar { Name = "MY_DB_SERVICE_PORT", Value = "mine" }],
        };
        await lab.CreateAsync(new Pod { Metadata = new ObjectMeta { Name = "env" }, Spec = new PodSpec { EnableServiceLinks = wanted, Containers = [container] } });
        await lab.WaitAsync("env", pod => pod.IsReady());
        var log = "";
        await lab.UntilAsync(async () => (log = await lab.LogsAsync("env")).Contains("db is", StringComparison.Ordinal), "the program prints its variables");
        Assert.Contains("KUBERNETES_SERVICE_HOST=10.96.0.1", log);
        Assert.Contains("MY_DB_SERVICE_PORT=mine", log);
        Assert.Equal(wanted, log.Contains($"MY_DB_PORT_5432_TCP=tcp://{service.Spec.ClusterIP}:5432", StringComparison.Ordinal));
        Assert.Equal(wanted, log.Contains($"db is {service.Spec.ClusterIP}", StringComparison.Ordinal));
    }

    private static Pod StandIn(string name, Probe readiness) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "nginx", Ports = [new ContainerPort { Port = 8080 }], ReadinessProbe = readiness }] },
    };

    private static async Task<string> OnNodeAsync(LabFixture lab, params string[] command)
    {
        var start = lab.Node.Enter(command);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        return await process.StandardOutput.ReadToEndAsync();
    }
}
