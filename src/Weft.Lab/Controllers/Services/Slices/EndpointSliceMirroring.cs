using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Makes EndpointSlices of the Endpoints that people write for Services without selector.</summary>
internal sealed class EndpointSliceMirroring(ControllerContext context) : Controller(context)
{
    // What failed is tried again when the backoff is over, not at once.
    private readonly ChangedKeys _again = new(new ChangeSignal());
    private ChangedKeys? _changed;
    private ChangedKeys? _changedSlices;
    private SliceIndex _slices = new(MirroredGroups.Manager);

    public override string Name => "endpointslicemirroring";

    protected override async Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        await Task.WhenAll(Cluster.Services.Synced, Cluster.Endpoints.Synced, Cluster.EndpointSlices.Synced).WaitAsync(cancel).ConfigureAwait(false);
        _slices = new SliceIndex(MirroredGroups.Manager);
        // An Endpoints object and its Service have the same key.
        _changed = ChangedKeys.Of(Cluster.Endpoints, signal);
        _changed.Follow(Cluster.Services);
        _changedSlices = ChangedKeys.Of(Cluster.EndpointSlices, signal);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var touched = _again.Take();
        touched.UnionWith(_changed!.Take());
        foreach (var key in _changedSlices!.Take())
            _slices.Put(key, Cluster.EndpointSlices.Items.GetValueOrDefault(key), touched);
        foreach (var key in touched)
        {
            if (await turn.TryAsync($"mirrored endpoint slices of {key}", () => Context.ApplyAsync(Plan(key), cancel)).ConfigureAwait(false) is not null)
                _again.Add(key);
        }
    }

    private SlicePlan Plan(ObjectKey key)
    {
        var existing = _slices.Of(key).Select(slice => Cluster.EndpointSlices.Items.GetValueOrDefault(slice)).OfType<EndpointSlice>().ToList();
        if (Cluster.Endpoints.Items.GetValueOrDefault(key) is not { } endpoints || !MirroredGroups.IsMirrored(endpoints, Cluster.Services.Items.GetValueOrDefault(key)))
            return new SlicePlan([], [], existing);
        var plan = SlicePlan.For(MirroredGroups.Metadata(endpoints), MirroredGroups.Of(endpoints), existing, MirroredGroups.Maximum);
        if (plan is not { Create.Count: 0, Update.Count: 0, Delete.Count: 0 })
            Tell(endpoints);
        return plan;
    }

    private void Tell(Endpoints endpoints)
    {
        var (invalid, tooMany) = MirroredGroups.Skipped(endpoints);
        if (invalid > 0)
            Context.Events.Warning(endpoints, "InvalidIPAddress", $"Skipped {invalid} invalid IP addresses when mirroring to EndpointSlices");
        if (tooMany > 0)
        {
            Context.Events.Warning(endpoints, "TooManyAddressesToMirror",
                $"A max of {MirroredGroups.Maximum} addresses can be mirrored to EndpointSlices per Endpoints subset. {tooMany} addresses were skipped");
        }
    }
}
