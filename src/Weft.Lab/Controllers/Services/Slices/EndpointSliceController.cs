using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the EndpointSlices of every Service that selects pods.</summary>
/// <remarks>Only the Services that a change touches are looked at, with the pods that they select.</remarks>
internal sealed class EndpointSliceController(ControllerContext context) : Controller(context)
{
    public const string Manager = "endpointslice-controller.k8s.io";

    private readonly TriggerTimes _triggers = new();
    private readonly TopologyMode _topology = new((service, type, reason, message) => context.Events.Record(ObjectReference.To(service), type, reason, message));
    private ZoneShares _shares = new([]);
    private ChangedKeys? _changedNodes;
    private BackendWatch? _backends;
    private ChangedKeys? _changedSlices;
    private SliceIndex _slices = new(Manager);

    public override string Name => "endpointslice";

    protected override async Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        await Task.WhenAll(Cluster.Services.Synced, Cluster.Pods.Synced, Cluster.EndpointSlices.Synced, Cluster.Nodes.Synced).WaitAsync(cancel).ConfigureAwait(false);
        _backends = new BackendWatch(Cluster, signal);
        _changedNodes = ChangedKeys.Of(Cluster.Nodes, signal);
        _changedSlices = ChangedKeys.Of(Cluster.EndpointSlices, signal);
        _slices = new SliceIndex(Manager);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var touched = _backends!.Take();
        foreach (var key in _changedSlices!.Take())
            _slices.Put(key, Cluster.EndpointSlices.Items.GetValueOrDefault(key), touched);
        NoteShares(touched);
        await Turn.ForEachAsync(touched, async key =>
        {
            if (await turn.TryAsync($"endpoint slices of {key}", () => Context.ApplyAsync(Plan(key), cancel)).ConfigureAwait(false) is not null)
                _backends.Retry(key);
        }, cancel).ConfigureAwait(false);
    }

    private void NoteShares(HashSet<ObjectKey> touched)
    {
        if (_changedNodes!.Take().Count == 0 || ZoneShares.Of(Cluster.Nodes.Items.Values) is var shares && shares == _shares)
            return;
        _shares = shares;
        touched.UnionWith(Cluster.Services.Items.Values.Where(TopologyMode.IsAuto).Select(service => service.Key()));
    }

    private SlicePlan Plan(ObjectKey key)
    {
        var existing = _slices.Of(key).Select(slice => Cluster.EndpointSlices.Items.GetValueOrDefault(slice)).OfType<EndpointSlice>().ToList();
        if (Cluster.Services.Items.GetValueOrDefault(key) is not { } service || !ServiceBackends.IsManaged(service))
        {
            _triggers.Forget(key);
            _topology.Forget(key);
            return new SlicePlan([], [], existing);
        }

        var pods = _backends!.PodsOf(service);
        var groups = SliceGroups.Of(service, pods, _backends.ZoneOf);
        _topology.Apply(service, groups, _shares);
        return SlicePlan.For(Metadata(service, _triggers.Note(service, pods)), groups, existing);
    }

    /// <summary>The metadata of a Service's slices.</summary>
    internal static ObjectMeta Metadata(Service service, DateTimeOffset? trigger)
    {
        var labels = service.Metadata.Labels.With(EndpointSlice.ServiceNameLabel, service.Metadata.Name).With(EndpointSlice.ManagedByLabel, Manager);
        return new ObjectMeta
        {
            GenerateName = $"{service.Metadata.Name}-",
            Namespace = service.Metadata.Namespace,
            Labels = service.Spec.ClusterIP == "None" ? labels.With(ServiceBackends.HeadlessLabel, "") : labels.Without(ServiceBackends.HeadlessLabel),
            Annotations = default(StringMap).WithTrigger(trigger),
            OwnerReferences = [OwnerReference.ControllerOf(service)],
        };
    }
}
