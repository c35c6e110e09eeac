using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>One copy of the cluster's objects, shared by all controllers.</summary>
internal sealed class ClusterInformers(KubeClient client, ILogger logger)
{
    // A controller that starts again must see all that it did before: hence the newest state, not one from a cache.
    private readonly InformerOptions _options = new() { Logger = logger };

    public Informer<Pod> Pods => field ??= new(client, _options);

    public Informer<Node> Nodes => field ??= new(client, _options);

    public Informer<Namespace> Namespaces => field ??= new(client, _options);

    public Informer<Service> Services => field ??= new(client, _options);

    public Informer<Endpoints> Endpoints => field ??= new(client, _options);

    public Informer<EndpointSlice> EndpointSlices => field ??= new(client, _options);

    public Informer<Deployment> Deployments => field ??= new(client, _options);

    public Informer<ReplicaSet> ReplicaSets => field ??= new(client, _options);

    public Informer<StatefulSet> StatefulSets => field ??= new(client, _options);

    public Informer<DaemonSet> DaemonSets => field ??= new(client, _options);

    public Informer<ControllerRevision> ControllerRevisions => field ??= new(client, _options);

    public Informer<Job> Jobs => field ??= new(client, _options);

    public Informer<Lease> Leases => field ??= new(client, _options with { Namespace = "kube-node-lease" });

    /// <summary>Runs them all until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        Pods.RunAsync(cancel),
        Nodes.RunAsync(cancel),
        Namespaces.RunAsync(cancel),
        Services.RunAsync(cancel),
        Endpoints.RunAsync(cancel),
        EndpointSlices.RunAsync(cancel),
        Deployments.RunAsync(cancel),
        ReplicaSets.RunAsync(cancel),
        StatefulSets.RunAsync(cancel),
        DaemonSets.RunAsync(cancel),
        ControllerRevisions.RunAsync(cancel),
        Jobs.RunAsync(cancel),
        Leases.RunAsync(cancel));
}
