using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the Endpoints object of every Service that selects pods, for clients of the old form.</summary>
/// <remarks>Only the Services that a change touches are looked at, with the pods that they select.</remarks>
internal sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    private const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    private const string Manager = "endpoint-controller";
    private const string CapacityAnnotation = "endpoints.kubernetes.io/over-capacity";

    private readonly TriggerTimes _triggers = new();
    private readonly HashSet<ObjectKey> _known = [];
    private BackendWatch? _backends;
    private ChangedKeys? _changed;

    public override string Name => "endpoints";

    protected override async Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        await Task.WhenAll(Cluster.Services.Synced, Cluster.Pods.Synced, Cluster.Endpoints.Synced, Cluster.Nodes.Synced).WaitAsync(cancel).ConfigureAwait(false);
        _backends = new BackendWatch(Cluster, signal);
        _changed = ChangedKeys.Of(Cluster.Endpoints, signal);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var touched = _backends!.Take();
        touched.UnionWith(_changed!.Take());
        await Turn.ForEachAsync(touched, async key =>
        {
            if (await turn.TryAsync($"endpoints of {key}", () => AttendAsync(key, cancel)).ConfigureAwait(false) is not null)
                _backends.Retry(key);
        }, cancel).ConfigureAwait(false);
    }

    private Task AttendAsync(ObjectKey key, CancellationToken cancel)
    {
        var old = Cluster.Endpoints.Items.GetValueOrDefault(key);
        if (Cluster.Services.Items.GetValueOrDefault(key) is not { } service)
            return DeleteAsync(key, old, cancel);
        lock (_known)
            _known.Add(key);
        return ServiceBackends.IsManaged(service) ? PutAsync(service, old, cancel) : Task.CompletedTask;
    }

    /// <summary>A Service takes its Endpoints with it, also hand-written ones; those that came before their Service stay.</summary>
    private Task DeleteAsync(ObjectKey key, Endpoints? old, CancellationToken cancel)
    {
        bool known;
        lock (_known)
            known = _known.Remove(key);
        _triggers.Forget(key);
        return old is not null && (known || IsOurs(old)) ? Context.DeleteAsync(Cluster.Endpoints, old, new DeleteOptions(), cancel) : Task.CompletedTask;
    }

    private static bool IsOurs(Endpoints endpoints) =>
        endpoints.Metadata.Labels.Find(ManagedByLabel) == Manager || endpoints.Metadata.OwnerReferences.Any(owner => owner.Kind == "Service");

    private async Task PutAsync(Service service, Endpoints? old, CancellationToken cancel)
    {
        var pods = _backends!.PodsOf(service);
        var (subsets, truncated) = EndpointSubsets.Of(service, pods);
        var trigger = _triggers.Note(service, pods);
        var labels = service.Metadata.Labels.With(ManagedByLabel, Manager);
        labels = service.Spec.ClusterIP == "None" ? labels.With(ServiceBackends.HeadlessLabel, "") : labels.Without(ServiceBackends.HeadlessLabel);
        if (old is null)
        {
            var metadata = new ObjectMeta { Name = service.Metadata.Name, Namespace = service.Metadata.Namespace, Labels = labels, Annotations = Annotated(default, trigger, truncated) };
            await Context.CreateAsync(Cluster.Endpoints, service.Metadata.Namespace, KubeJson.ToJson(new Endpoints { Metadata = metadata, Subsets = subsets }), cancel).ConfigureAwait(false);
        }
        else if (old.Subsets != subsets || old.Metadata.Labels != labels || truncated != old.Metadata.Annotations.ContainsKey(CapacityAnnotation))
        {
            var changed = old.Metadata with { Labels = labels, Annotations = Annotated(old.Metadata.Annotations, trigger, truncated) };
            await Context.PatchAsync(Cluster.Endpoints, old, old with { Metadata = changed, Subsets = subsets }, cancel).ConfigureAwait(false);
        }
    }

    private static StringMap Annotated(StringMap annotations, DateTimeOffset? trigger, bool truncated)
    {
        annotations = annotations.WithTrigger(trigger);
        return truncated ? annotations.With(CapacityAnnotation, "truncated") : annotations.Without(CapacityAnnotation);
    }
}
