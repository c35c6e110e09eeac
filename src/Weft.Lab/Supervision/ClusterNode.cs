using Weft.Kubernetes.Client;
using Weft.Lab.Nodes;
using Weft.Lab.Pods;
using Weft.Model;

namespace Weft.Lab.Supervision;

/// <summary>One node of a lab over time: its world, its pod runner and its agent, stopped and started as faults are made.</summary>
public sealed class ClusterNode(
    string name, EquatableArray<UnderlayPlace> places, IReadOnlyDictionary<string, string> labels, TimeSpan grace, LabDirectory directory)
{
    // A kubelet says five times that it lives in the time after which its silence means that it is lost.
    private const int HeartbeatsInGrace = 5;

    private readonly SemaphoreSlim _change = new(1, 1);
    private KubeClient? _client;
    private CancellationTokenSource? _running;
    private Task _parts = Task.CompletedTask;

    /// <summary>Name of the node.</summary>
    public string Name => name;

    /// <summary>Its addresses on the underlay, the main one first.</summary>
    public EquatableArray<IpAddress> Addresses { get; } = [.. places.Select(place => place.Address)];

    /// <summary>Its namespaces, or null while it is stopped.</summary>
    public LabNode? World { get; private set; }

    /// <summary>What runs its pods, or null while it is stopped.</summary>
    public PodRunner? Pods { get; private set; }

    /// <summary>Its agent, or null while it is stopped.</summary>
    public AgentProcess? Agent { get; private set; }

    /// <summary>Starts the node and keeps it until cancelled.</summary>
    public async Task RunAsync(KubeClient client, CancellationToken ct)
    {
        _client = client;
        await StartAsync(ct).ConfigureAwait(false);
        try
        {
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Starts a stopped node, and joins a cut one to the underlay again.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await _change.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (World is not null)
            {
                World.Heal();
                return;
            }

            var world = await LabNode.StartAsync(Options(), ct).ConfigureAwait(false);
            World = world;
            _running = new CancellationTokenSource();
            Pods = new PodRunner(world, _client!, new PodRunnerOptions
            {
                NodeLabels = labels,
                LeaseInterval = grace / HeartbeatsInGrace,
                HasClusterDns = true,
            });
            Agent = new AgentProcess(world, directory);
            _parts = Task.WhenAll(Pods.RunAsync(_running.Token), Agent.RunAsync(_running.Token));
            _ = RestartAfterAsync(world, _running.Token);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Ends every process of the node at once, as a power cut does.</summary>
    public async Task StopAsync()
    {
        await _change.WaitAsync().ConfigureAwait(false);
        try
        {
            if (World is null)
                return;
            await _running!.CancelAsync().ConfigureAwait(false);
            await World.DisposeAsync().ConfigureAwait(false);
            await _parts.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _running.Dispose();
            (World, Pods, Agent) = (null, null, null);
        }
        finally
        {
            _change.Release();
        }
    }

    // A node whose first process is killed has lost everything at once: it comes back as after a power cut.
    private async Task RestartAfterAsync(LabNode world, CancellationToken running)
    {
        await world.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCancellationRequested || World != world)
            return;
        await Console.Error.WriteLineAsync($"node {name}: its first process ended; starting the node again").ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        await StartAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private LabNodeOptions Options() => new()
    {
        Name = name,
        Underlay = places,
        CniBinDir = Installation.Current.CniBinDir,
        StateDirectory = directory.Path,
        Installation = Installation.Current,
    };
}
