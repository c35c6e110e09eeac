using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Deletes objects whose owners are gone, and does what deleting in the foreground or with orphans asks for.</summary>
/// <remarks>
/// It watches the metadata of every kind. That an owner is gone is asked of the server before anything is deleted, as watches of different kinds
/// are not in step. Foreground: the finalizer <c>foregroundDeletion</c> holds an owner until its blocking dependents are gone. Orphan: dependents
/// are freed before the owner goes.
/// </remarks>
internal sealed class GarbageCollector(ControllerContext context) : Controller(context)
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    // Events are many, short-lived and own nothing.
    private static readonly string[] Ignored = ["events"];

    private IReadOnlyDictionary<(string Group, string Kind), MetadataInformer> _informers = new Dictionary<(string, string), MetadataInformer>();

    public override string Name => "garbage-collector";

    protected override async Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        var kinds = await ApiResources.DiscoverAsync(Context.Client, cancel).ConfigureAwait(false);
        var informers = new Dictionary<(string, string), MetadataInformer>();
        foreach (var kind in kinds.Where(kind => !Ignored.Contains(kind.Plural)))
        {
            var informer = new MetadataInformer(Context.Client, kind, new InformerOptions { Logger = Context.Logger });
            informer.OnChange(signal);
            informers[(kind.Group, kind.Kind)] = informer;
            _ = informer.RunAsync(cancel);
        }

        _informers = informers;
        await Task.WhenAll(informers.Values.Select(informer => informer.Synced)).ConfigureAwait(false);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var graph = new OwnershipGraph(_informers.Values.SelectMany(informer => informer.Items.Values.Select(obj => (informer.Resource, obj))));
        var work = graph.All.Where(node => node.IsWaitingFor(Foreground) || node.IsWaitingFor(Orphan) || node.Object.Metadata.OwnerReferences.Count > 0).ToList();
        await Turn.ForEachAsync(work, node => turn.TryAsync($"collecting {node.Kind.DisplayName} {node.Object.Key()}", () => AttendAsync(graph, node, cancel)), cancel)
            .ConfigureAwait(false);
    }

    private async Task AttendAsync(OwnershipGraph graph, OwnershipGraph.Node node, CancellationToken cancel)
    {
        if (node.IsWaitingFor(Orphan))
        {
            foreach (var dependent in graph.DependentsOf(node))
                await DisownAsync(dependent, [node.Object.Metadata.Uid!], cancel).ConfigureAwait(false);
            await RemoveFinalizerAsync(node, Orphan, cancel).ConfigureAwait(false);
        }
        else if (node.IsWaitingFor(Foreground) && !graph.DependentsOf(node).Any(dependent => Blocks(dependent, node)))
        {
            await RemoveFinalizerAsync(node, Foreground, cancel).ConfigureAwait(false);
        }

        if (!node.Object.IsTerminating() && node.Object.Metadata.OwnerReferences.Count > 0)
            await AttendDependentAsync(graph, node, cancel).ConfigureAwait(false);
    }

    private static bool Blocks(OwnershipGraph.Node dependent, OwnershipGraph.Node owner) =>
        dependent.Object.Metadata.OwnerReferences.Any(reference => reference.Uid == owner.Object.Metadata.Uid && reference.BlockOwnerDeletion is true);

    private async Task AttendDependentAsync(OwnershipGraph graph, OwnershipGraph.Node node, CancellationToken cancel)
    {
        var (solid, waiting, gone) = (0, 0, new List<string>());
        foreach (var reference in (IEnumerable<OwnerReference>)node.Object.Metadata.OwnerReferences)
        {
            var owner = graph.Find(reference.Uid);
            if (owner?.IsWaitingFor(Foreground) is true)
                waiting++;
            else if (owner is not null || !await IsGoneAsync(node, reference, cancel).ConfigureAwait(false))
                solid++;
            else
                gone.Add(reference.Uid);
        }

        if (solid > 0 && gone.Count > 0)
            await DisownAsync(node, gone, cancel).ConfigureAwait(false);
        else if (solid == 0 && (gone.Count > 0 || waiting > 0))
            await DeleteAsync(graph, node, waiting > 0, cancel).ConfigureAwait(false);
    }

    private async Task<bool> IsGoneAsync(OwnershipGraph.Node dependent, OwnerReference reference, CancellationToken cancel)
    {
        var group = reference.ApiVersion.Contains('/') ? reference.ApiVersion[..reference.ApiVersion.IndexOf('/')] : "";
        if (!_informers.TryGetValue((group, reference.Kind), out var informer))
            return false;
        var ns = informer.Resource.Namespaced ? dependent.Object.Metadata.Namespace : null;
        var owner = await Context.Client.TryGetAsync(informer.Resource, ns, reference.Name, cancel).ConfigureAwait(false);
        return (string?)owner?["metadata"]?["uid"] != reference.Uid;
    }

    private Task DeleteAsync(OwnershipGraph graph, OwnershipGraph.Node node, bool inForeground, CancellationToken cancel)
    {
        var options = new DeleteOptions
        {
            Uid = node.Object.Metadata.Uid,
            PropagationPolicy = inForeground && graph.DependentsOf(node).Any(dependent => Blocks(dependent, node)) ? "Foreground" : "Background",
        };
        return Context.Client.DeleteAsync(node.Kind, node.Object.Metadata.Namespace, node.Object.Metadata.Name, options, cancel);
    }

    private Task DisownAsync(OwnershipGraph.Node node, IReadOnlyCollection<string> owners, CancellationToken cancel)
    {
        var kept = KubeJson.ToJson(node.Object with
        {
            Metadata = node.Object.Metadata with { OwnerReferences = Weft.Model.EquatableArray.ToEquatableArray(node.Object.Metadata.OwnerReferences.Where(owner => !owners.Contains(owner.Uid))) },
        })["metadata"]!["ownerReferences"]?.DeepClone();
        return PatchMetadataAsync(node, "ownerReferences", kept, cancel);
    }

    private Task RemoveFinalizerAsync(OwnershipGraph.Node node, string finalizer, CancellationToken cancel)
    {
        var kept = node.Object.Metadata.Finalizers.Where(item => item != finalizer).Select(item => (JsonNode)item).ToArray();
        return PatchMetadataAsync(node, "finalizers", kept.Length == 0 ? null : new JsonArray(kept), cancel);
    }

    private Task PatchMetadataAsync(OwnershipGraph.Node node, string field, JsonNode? value, CancellationToken cancel)
    {
        var metadata = node.Object.Metadata;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = metadata.Uid, ["resourceVersion"] = metadata.ResourceVersion, [field] = value } };
        return Context.Client.PatchAsync(node.Kind, metadata.Namespace, metadata.Name, patch, cancel: cancel);
    }
}
