using System.Net;
using Weft.ApiServer;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Controllers;
using Weft.Tests.Kubectl;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Controllers;

/// <summary>A real API server in memory, all controllers, and kubelets that only say that pods run.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly DirectoryInfo _state;
    private readonly ApiServerHost _server;
    private readonly ControllerOptions _options;
    private CancellationTokenSource _controllersStop = new();
    private Task _controllers = Task.CompletedTask;
    private Task _kubelet = Task.CompletedTask;

    private TestCluster(ApiServerHost server, DirectoryInfo state, ControllerOptions options)
    {
        (_server, _state, _options) = (server, state, options);
        Client = new KubeClient(new KubeConfig
        {
            Server = new Uri($"https://127.0.0.1:{server.Endpoints[0].Port}"),
            CertificateAuthority = server.CaCertificatePem,
            Token = server.AdminToken,
        });
        Kubelet = new FakeKubelet(Client);
    }

    public KubeClient Client { get; }

    public FakeKubelet Kubelet { get; }

    public static async Task<TestCluster> StartAsync(ControllerOptions? options = null, int nodes = 0, bool controllers = true)
    {
        var state = Directory.CreateTempSubdirectory("weft-test-cluster");
        options ??= new ControllerOptions();
        var server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = state.FullName, Listen = [new IPEndPoint(IPAddress.Loopback, 0)], PodEvictionTimeout = options.DefaultToleration }, CancellationToken.None);
        var cluster = new TestCluster(server, state, options);
        for (var i = 1; i <= nodes; i++)
            await cluster.AddNodeAsync($"n{i}");
        cluster._kubelet = cluster.Kubelet.RunAsync(cluster._stop.Token);
        if (controllers)
            cluster.StartControllers();
        return cluster;
    }

    public void StartControllers()
    {
        _controllersStop = new CancellationTokenSource();
        _controllers = LabControllers.RunAsync(Client, _options, _controllersStop.Token);
    }

    public async Task StopControllersAsync()
    {
        await _controllersStop.CancelAsync();
        await _controllers.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public Task<KubeNode> AddNodeAsync(string name, Func<KubeNode, KubeNode>? change = null)
    {
        var node = new KubeNode
        {
            Metadata = new() { Name = name, Labels = StringMap.Of(("kubernetes.io/hostname", name)) },
            Status = new() { Conditions = [new Condition { Type = "Ready", Status = "True", Reason = "KubeletReady", LastTransitionTime = DateTimeOffset.UnixEpoch }] },
        };
        return Client.CreateAsync(change?.Invoke(node) ?? node);
    }

    public async Task<T> CreateAsync<T>(string yaml)
        where T : class, IKubeObject<T>
    {
        var obj = Manifests.Load(yaml).Single().Object;
        var ns = T.Resource.Namespaced ? (string?)obj["metadata"]!["namespace"] ?? "default" : null;
        return KubeJson.FromJson<T>(await Client.CreateAsync(T.Resource, ns, obj));
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>()
        where T : class, IKubeObject<T> => (await Client.ListAsync<T>()).Items;

    /// <summary>Waits until a condition over the objects of a kind holds.</summary>
    public async Task<IReadOnlyList<T>> UntilAsync<T>(Func<IReadOnlyList<T>, bool> condition, int seconds = 60)
        where T : class, IKubeObject<T>
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var items = await ListAsync<T>();
            if (condition(items))
                return items;
            Assert.True(DateTime.UtcNow < deadline, $"did not come about within {seconds} s; there are: {string.Join("\n", items)}");
            await Task.Delay(10);
        }
    }

    /// <summary>Runs the real kubectl, which has to succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var authority = Path.Combine(_state.FullName, "authority.pem");
        await File.WriteAllTextAsync(authority, _server.CaCertificatePem);
        var (code, output, errors) = await KubectlCommand.RunAsync(
            $"https://127.0.0.1:{_server.Endpoints[0].Port}", null, ["--token", _server.AdminToken, "--certificate-authority", authority, .. arguments]);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {output}{errors}");
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        await StopControllersAsync();
        await _stop.CancelAsync();
        await _kubelet.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Client.Dispose();
        await _server.DisposeAsync();
        _state.Delete(recursive: true);
    }
}
