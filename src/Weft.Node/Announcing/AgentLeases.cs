using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Node.Announcing;

/// <summary>Signs of life of the agents: a Lease each, named as the node, in a namespace of their own.</summary>
/// <remarks>
/// The condition Ready speaks of the kubelet and comes 40 s late; the Lease speaks of who really answers. Clocks of other machines are not trusted: a
/// lease is fresh for as long after its last change was heard, by this clock. Our own is heard like the others: while it is not, neither are they, and what
/// was known of them stays.
/// </remarks>
internal sealed class AgentLeases
{
    /// <summary>For how long a lease counts; 15 s, as Kubernetes' own components lead by.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private const string Namespace = LoadBalancers.LeaseNamespace;

    private static readonly TimeSpan Period = Duration / 3;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly KubeClient _client;
    private readonly string _node;
    private readonly ClusterWatch _cluster;
    private readonly Informer<Lease> _leases;
    private readonly LeaseClock _clock;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="client">Where leases are.</param>
    /// <param name="node">Our node.</param>
    /// <param name="cluster">Its object, which is to own the lease.</param>
    /// <param name="logger">Where to say that the server is away.</param>
    public AgentLeases(KubeClient client, string node, ClusterWatch cluster, ILogger logger)
    {
        (_client, _node, _cluster) = (client, node, cluster);
        _leases = new Informer<Lease>(client, new InformerOptions { Namespace = Namespace, Logger = logger });
        _clock = new LeaseClock(node, Duration, client.Time);
        _leases.OnObject(Hear);
    }

    /// <summary>Completes when our own lease was heard for the first time, or refused.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Whether what we know of the cluster is up to date.</summary>
    public bool IsCertain => Problem is null ? _clock.IsCertain && _cluster.StaleFor == TimeSpan.Zero : _cluster.StaleFor < Duration;

    /// <summary>Why there are no leases; null when there are.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>The nodes whose agents are alive; null where there are no leases, and only the condition Ready tells.</summary>
    public IReadOnlySet<string>? Alive(IEnumerable<string> nodes) => Problem is null ? _clock.Alive(nodes) : null;

    /// <summary>Renews and listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var listening = _leases.RunAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            var rest = await TryRenewAsync(cancel).ConfigureAwait(false) ? Period : Retry;
            await Task.Delay(rest, _client.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await listening.ConfigureAwait(false);
    }

    private void Hear(Lease? before, Lease? after)
    {
        var name = (after ?? before!).Metadata.Name;
        _clock.Note(name, before?.Spec.RenewTime, after?.Spec.RenewTime, after is null);
        if (name == _node && after is not null)
            _answered.TrySetResult();
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancel)
    {
        try
        {
            await RenewAsync(cancel).ConfigureAwait(false);
            Problem = null;
            return true;
        }
        catch (KubeApiException error)
        {
            return NoteFailure(error);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>Tells a server that refuses from one that is away or busy.</summary>
    private bool NoteFailure(KubeApiException error)
    {
        if (error.Code is not (401 or 403 or 404))
            return false;
        Problem = new Problem(
            ClusterSettingsParser.ObjectName,
            "LeaseRefused",
            $"agents cannot keep leases in the namespace {Namespace} ({error.Message}), so load balancer addresses move only when a node is not Ready: apply deploy/node-agent-rbac.yaml");
        _answered.TrySetResult();
        return true;
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        var now = _client.Time.GetUtcNow();
        var spec = new LeaseSpec { HolderIdentity = _node, LeaseDurationSeconds = (int)Duration.TotalSeconds, RenewTime = now };
        try
        {
            var patch = new JsonObject { ["spec"] = System.Text.Json.JsonSerializer.SerializeToNode(spec, KubeJson.TypeOf<LeaseSpec>()) };
            await _client.PatchAsync<Lease>(Namespace, _node, patch, cancel: cancel).ConfigureAwait(false);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            await _client.CreateAsync(new Lease { Metadata = Metadata(), Spec = spec }, cancel).ConfigureAwait(false);
        }
    }

    // It goes with its Node.
    private ObjectMeta Metadata() => new()
    {
        Namespace = Namespace,
        Name = _node,
        OwnerReferences = _cluster.Find(_node) is { Metadata.Uid: { } uid }
            ? [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = _node, Uid = uid }]
            : [],
    };
}
