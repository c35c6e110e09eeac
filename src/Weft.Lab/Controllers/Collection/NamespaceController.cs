using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Empties namespaces that are being deleted, then lets them go.</summary>
internal sealed class NamespaceController(ControllerContext context) : Controller(context)
{
    private const string Finalizer = "kubernetes";

    public override string Name => "namespace";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Namespaces.OnChange(signal);
        Cluster.Pods.OnChange(() =>
        {
            if (Cluster.Namespaces.Items.Values.Any(ns => ns.IsTerminating()))
                signal.Set();
        });
        return Cluster.Namespaces.Synced;
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var ending = Cluster.Namespaces.Items.Values.Where(ns => ns.IsTerminating() && ns.Spec?.Finalizers.Contains(Finalizer) is true).ToList();
        if (ending.Count == 0)
            return;
        IReadOnlyList<ResourceType> kinds = [];
        if (await turn.TryAsync("discovery", async () => kinds = await ApiResources.DiscoverAsync(Context.Client, cancel).ConfigureAwait(false)).ConfigureAwait(false) is not null)
            return;
        foreach (var ns in ending)
            await turn.TryAsync($"namespace {ns.Metadata.Name}", () => EmptyAsync(ns, kinds, turn, cancel)).ConfigureAwait(false);
    }

    private async Task EmptyAsync(Namespace ns, IReadOnlyList<ResourceType> kinds, Turn turn, CancellationToken cancel)
    {
        var left = 0;
        foreach (var kind in kinds.Where(kind => kind.Namespaced))
        {
            var objects = await Context.Client.ListAsync(kind, ns.Metadata.Name, cancel: cancel).ConfigureAwait(false);
            left += objects.Items.Count;
            await Turn.ForEachAsync(objects.Items.Where(obj => obj["metadata"]!["deletionTimestamp"] is null), obj =>
                turn.TryAsync($"deleting {kind.DisplayName}", () => Context.Client.DeleteAsync(kind, ns.Metadata.Name, (string)obj["metadata"]!["name"]!, new DeleteOptions { PropagationPolicy = "Background" }, cancel)), cancel)
                .ConfigureAwait(false);
        }

        // Objects that went at once leave nothing to wait for: look again before letting the namespace go.
        if (left > 0)
            turn.After(TimeSpan.FromMilliseconds(left > 100 ? 500 : 50));
        else
            await FinalizeAsync(ns, cancel).ConfigureAwait(false);
    }

    private async Task FinalizeAsync(Namespace ns, CancellationToken cancel)
    {
        if (await Context.Client.TryGetAsync(Namespace.Resource, null, ns.Metadata.Name, cancel).ConfigureAwait(false) is not { } current)
            return;
        var finalizers = (current["spec"]?["finalizers"] as JsonArray ?? []).Select(item => (string)item!).Where(item => item != Finalizer);
        current["spec"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(item => (JsonNode)item)]) };
        await Context.Client.UpdateAsync(Namespace.Resource, null, ns.Metadata.Name, current, "finalize", cancel).ConfigureAwait(false);
    }
}
