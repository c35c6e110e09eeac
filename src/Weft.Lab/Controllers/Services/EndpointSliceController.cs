using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the EndpointSlices of every Service that selects pods.</summary>
internal sealed class EndpointSliceController(ControllerContext context) : Controller(context)
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public override string Name => "endpointslice";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Services.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        Cluster.EndpointSlices.OnChange(signal);
        Cluster.Nodes.OnChange(signal);
        return Task.WhenAll(Cluster.Services.Synced, Cluster.Pods.Synced, Cluster.EndpointSlices.Synced, Cluster.Nodes.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var services = Cluster.Services.Items;
        var nodes = Cluster.Nodes.Items;
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        var slices = Cluster.EndpointSlices.Items.Values.Where(SlicePlan.IsOurs)
            .ToLookup(slice => new ObjectKey(slice.Metadata.Namespace ?? "", slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel) ?? ""));
        foreach (var service in services.Values.Where(ServiceBackends.IsManaged).OrderBy(service => service.Key()))
        {
            var behind = ServiceBackends.Pods(service, pods[service.Metadata.Namespace ?? ""]);
            var plan = SlicePlan.For(service, behind, name => nodes.GetValueOrDefault(new ObjectKey("", name ?? ""))?.Metadata.Labels.Find(ZoneLabel), [.. slices[service.Key()]]);
            await turn.TryAsync($"endpoint slices of {service.Key()}", () => ApplyAsync(plan, cancel)).ConfigureAwait(false);
        }

        foreach (var group in slices.Where(group => !services.TryGetValue(group.Key, out var service) || service.Spec.Selector.Count == 0))
            await turn.TryAsync($"endpoint slices of {group.Key}", () => ApplyAsync(new SlicePlan([], [], [.. group]), cancel)).ConfigureAwait(false);
    }

    private async Task ApplyAsync(SlicePlan plan, CancellationToken cancel)
    {
        foreach (var slice in plan.Create)
            await Context.CreateAsync(Cluster.EndpointSlices, slice.Metadata.Namespace, KubeJson.ToJson(slice), cancel).ConfigureAwait(false);
        foreach (var (from, to) in plan.Update)
            await Context.PatchAsync(Cluster.EndpointSlices, from, to, cancel).ConfigureAwait(false);
        foreach (var slice in plan.Delete)
            await Context.DeleteAsync(Cluster.EndpointSlices, slice, new DeleteOptions(), cancel).ConfigureAwait(false);
    }
}
