using System.Net;
using Weft.ApiServer;
using Weft.ApiServer.Streaming;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Lab.Nodes;
using Weft.Lab.Pods;
using Weft.Model;

namespace Weft.KernelTests.Lab;

/// <summary>The least that runs a pod: an API server, a node, its pod runner, and a CNI configuration put there by hand.</summary>
internal sealed class LabFixture : IAsyncDisposable
{
    public const string NodeName = "node-1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private readonly UnderlayBridge _bridge = new();
    private readonly string _state = Directory.CreateTempSubdirectory("weft-lab-").FullName;
    private ApiServerHost _server = null!;
    private Task _running = Task.CompletedTask;

    public KubeClient Client { get; private set; } = null!;

    public LabNode Node { get; private set; } = null!;

    public PodRunner Runner { get; private set; } = null!;

    public static async Task<LabFixture> StartAsync()
    {
        var lab = new LabFixture();
        lab._server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = Path.Combine(lab._state, "api"), Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, lab._stopping.Token);
        var kubeconfig = Path.Combine(lab._state, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, lab._server.Kubeconfig($"https://{lab._server.Endpoints[0]}", "lab"));
        lab.Client = new KubeClient(KubeConfig.Load(kubeconfig));
        await lab.StartNodeAsync();
        return lab;
    }

    public async Task StartNodeAsync()
    {
        Node = await LabNode.StartAsync(
            new LabNodeOptions
            {
                Name = NodeName,
                Underlay = [new UnderlayPlace(IpAddress.Parse("172.30.0.2"), IpPrefix.Parse("172.30.0.0/24"), IpAddress.Parse("172.30.0.1"))],
                CniBinDir = Installation.Current.CniBinDir,
                StateDirectory = _state,
                Installation = Installation.Current,
            },
            _stopping.Token);
        Runner = new PodRunner(Node, Client, new PodRunnerOptions { Logger = new OutputLogger() });
        _running = Runner.RunAsync(_stopping.Token);
    }

    public Task ConfigureNetworkAsync() => File.WriteAllTextAsync($"{Node.RootPath}/etc/cni/net.d/10-lab.conflist", """
        {"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"ptp","ipam":{"type":"host-local","subnet":"10.244.0.0/24","routes":[{"dst":"0.0.0.0/0"}]}}]}
        """);

    public Task<Pod> CreateAsync(Pod pod) => Client.CreateAsync(pod with
    {
        Metadata = pod.Metadata with { Namespace = "default" },
        Spec = pod.Spec with { NodeName = NodeName },
    });

    public async Task<Pod> WaitAsync(string name, Func<Pod, bool> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var pod = await Client.GetAsync<Pod>("default", name);
            if (condition(pod))
                return pod;
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"{name}: {KubeJson.ToJson(pod.Status)}\n{string.Join('\n', await EventsAsync(name))}");
            await Task.Delay(5);
        }
    }

    public async Task GoneAsync(string name)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < Patience && await Client.TryGetAsync<Pod>("default", name) is not null;)
            await Task.Delay(5);
        Assert.Null(await Client.TryGetAsync<Pod>("default", name));
    }

    public Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
            Assert.True(watch.Elapsed < Patience, $"{what}: not within {Patience}");
    }

    /// <summary>Waits for an Event about an object: Events are written beside the work that they tell of, not before it goes on.</summary>
    public async Task WaitForEventAsync(string name, Func<string, bool> wanted)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var events = await EventsAsync(name);
            if (events.Any(wanted))
                return;
            if (watch.Elapsed > Patience)
                Assert.Fail($"{name}: no such Event among\n{string.Join('\n', events)}");
        }
    }

    public async Task<IReadOnlyList<string>> EventsAsync(string name) =>
        [.. (await Client.ListAsync<EventObject>("default")).Items.Where(e => e.InvolvedObject.Name == name).Select(e => $"{e.Type} {e.Reason} {e.Message}")];

    public async Task<(int Code, string Output)> ExecAsync(string pod, params string[] command)
    {
        await using var session = await Runner.ExecAsync("default", pod, null, new ExecRequest(command, false, true, true, false), CancellationToken.None);
        using var output = new StreamReader(session.Stdout!);
        using var errors = new StreamReader(session.Stderr!);
        var text = await output.ReadToEndAsync() + await errors.ReadToEndAsync();
        return (await session.ExitCode, text);
    }

    public async Task<string> LogsAsync(string pod, LogRequest? request = null)
    {
        using var stream = new MemoryStream();
        await Runner.LogsAsync("default", pod, null, request ?? new LogRequest(false, null, null, false, false, null), stream, CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Node.DisposeAsync();
        await _running;
        Runner.Dispose();
        Client.Dispose();
        await _server.DisposeAsync();
        _bridge.Dispose();
        Directory.Delete(_state, recursive: true);
    }
}
