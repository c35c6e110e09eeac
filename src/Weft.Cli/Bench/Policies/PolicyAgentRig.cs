using System.Diagnostics;
using System.Globalization;
using System.Net;
using Weft.ApiServer;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab;
using Weft.Netlink.Nftables;

namespace Weft.Cli.Bench.Policies;

/// <summary>An API server with a cluster, and an agent for its node as a process of its own, in the namespaces of the caller.</summary>
internal sealed class PolicyAgentRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // In memory, and only in this mount namespace: nothing is left, however the benchmark ends.
    private readonly string _folder = Directory.CreateDirectory("/run/weft-bench").FullName;
    private readonly KernelNftables _filter = new();
    private ApiServerHost? _server;
    private KubeClient? _client;
    private Process? _agent;

    public KubeClient Client => _client!;

    /// <summary>Counts changes of the kernel's rules.</summary>
    public uint Generation => _filter.Generation();

    /// <summary>What the agent weighs, in megabytes.</summary>
    public double Megabytes
    {
        get
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_agent!.Id}/status")).First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return double.Parse(line["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
    }

    /// <summary>Starts the API server and fills it.</summary>
    public async Task FillAsync(PolicyScale scale, CancellationToken ct)
    {
        _server = await ApiServerHost.StartAsync(new ApiServerOptions { StateDirectory = _folder, Listen = [new IPEndPoint(IPAddress.Loopback, 0)] }, ct);
        await File.WriteAllTextAsync(KubeConfigFile, _server.Kubeconfig($"https://{_server.Endpoints[0]}", "bench"), ct);
        _client = new KubeClient(KubeConfig.Load(KubeConfigFile));
        var cluster = new PolicyCluster(scale.Policies, scale.Pods);
        await _client.CreateAsync(PolicyCluster.Self, ct);
        foreach (var item in cluster.Snapshot.Policies.Namespaces)
            await _client.CreateAsync(item, ct);
        await Parallel.ForEachAsync(cluster.Snapshot.Policies.NetworkPolicies, ct, async (policy, each) => await _client.CreateAsync(policy, each));
        await Parallel.ForAsync(0, scale.Pods, ct, async (number, each) => await RunAsync(PolicyCluster.PodAt(number), each));
    }

    /// <summary>Creates a pod that runs.</summary>
    public async Task<Pod> RunAsync(Pod pod, CancellationToken ct)
    {
        var created = await Client.CreateAsync(pod with { Status = new() }, ct);
        return await Client.UpdateStatusAsync(created with { Status = pod.Status }, ct);
    }

    /// <summary>Starts the agent and waits until the kernel has the policies of that many pods.</summary>
    /// <returns>Milliseconds since the start of the process.</returns>
    public async Task<double> StartAgentAsync(int pods, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        _agent = Process.Start(new ProcessStartInfo(
            Installation.Current.Dotnet,
            [Installation.Current.WeftDll, "node", "run", "--kubeconfig", KubeConfigFile, "--node-name", PolicyCluster.Node, "--cni-conf-dir", Path.Combine(_folder, "net.d"), "--proxy-health-port", "0"])
        { UseShellExecute = false, RedirectStandardError = true });
        _agent!.ErrorDataReceived += static (_, _) => { };
        _agent.BeginErrorReadLine();
        uint seen = 0;
        while (true)
        {
            var now = Generation;
            if (now != seen && Selected() >= pods)
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            seen = now;
            if (_agent.HasExited)
                throw new LabException($"the agent ended with {_agent.ExitCode}");
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new LabException($"the kernel has the policies of {Selected()} pods after {Patience.TotalSeconds} s, not of {pods}");
            await Task.Delay(2, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            _agent.Kill();
            await _agent.WaitForExitAsync();
            _agent.Dispose();
        }

        _client?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _filter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string KubeConfigFile => Path.Combine(_folder, "kubeconfig");

    private int Selected() => _filter.ReadBack(NftPolicyProgram.Routed).Ruleset.Tables.Sum(table => table.FindSet("self4")?.Elements.Count ?? 0);
}
