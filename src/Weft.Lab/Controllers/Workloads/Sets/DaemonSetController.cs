using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps one pod of each DaemonSet on every node that its template fits.</summary>
/// <remarks>A pod is made for its node, without the scheduler, and tolerates that the node is not ready, full or closed.</remarks>
internal sealed class DaemonSetController(ControllerContext context) : Controller(context)
{
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        (NodeTaints.NotReady, "NoExecute"), (NodeTaints.Unreachable, "NoExecute"), (NodeTaints.NotReady, "NoSchedule"), (NodeTaints.Unreachable, "NoSchedule"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"), (NodeTaints.Unschedulable, "NoSchedule"),
    ];

    private readonly PodClaims _claims = new(context);
    private readonly RevisionKeeper _history = new(context, TemplatePod.RevisionLabel);

    public override string Name => "daemonset";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.DaemonSets.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        Cluster.Nodes.OnChange(signal);
        Cluster.ControllerRevisions.OnChange(signal);
        return Task.WhenAll(Cluster.DaemonSets.Synced, Cluster.Pods.Synced, Cluster.Nodes.Synced, Cluster.ControllerRevisions.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        if (Cluster.DaemonSets.Items.IsEmpty)
            return;
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        foreach (var set in Cluster.DaemonSets.Items.Values.OrderBy(set => set.Key()))
            await turn.TryAsync($"daemon set {set.Key()}", () => AttendAsync(set, pods[set.Metadata.Namespace ?? ""], turn, cancel)).ConfigureAwait(false);
    }

    private async Task AttendAsync(DaemonSet set, IEnumerable<Pod> candidates, Turn turn, CancellationToken cancel)
    {
        var pods = await _claims.OfAsync(set, set.Spec.Selector, candidates, _ => true, cancel).ConfigureAwait(false);
        var history = await _history.FollowAsync(set, set.Spec.Selector, set.Spec.Template, cancel).ConfigureAwait(false);
        var revision = HashOf(history.Update);
        var model = KubeJson.FromJson<Pod>(PodFor(set, revision, ""));
        var nodes = Cluster.Nodes.Items.Values.Where(node => Fits(model, node)).Select(node => node.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        if (!set.IsTerminating())
        {
            var plan = DaemonPlan.For(DaemonUpdate.Of(set, nodes.Count), nodes, pods, pod => TemplatePod.RevisionOf(pod) == revision, pod => IsAvailable(set, pod, turn));
            foreach (var pod in plan.Delete)
                await DeleteAsync(set, pod, cancel).ConfigureAwait(false);
            foreach (var node in plan.Create)
                await CreateAsync(set, revision, node, cancel).ConfigureAwait(false);
        }

        await ReportAsync(set, revision, nodes, turn, cancel).ConfigureAwait(false);
        var needed = pods.Select(TemplatePod.RevisionOf).ToHashSet();
        if (!set.IsTerminating())
            await _history.PruneAsync(history, set.Spec.RevisionHistoryLimit ?? 10, old => needed.Contains(HashOf(old)), cancel).ConfigureAwait(false);
    }

    private static string HashOf(ControllerRevision revision) => revision.Metadata.Labels.Find(TemplatePod.RevisionLabel) ?? "";

    private bool IsAvailable(DaemonSet set, Pod pod, Turn turn)
    {
        var left = PodCounts.AvailableIn(pod, set.Spec.MinReadySeconds, Context.Time.GetUtcNow());
        if (left > TimeSpan.Zero)
            turn.After(left.Value);
        return left == TimeSpan.Zero;
    }

    private static bool Fits(Pod model, Node node) =>
        !node.IsTerminating() && NodeTaints.Untolerated(model, node) is null
        && node.Metadata.Labels.ContainsAll(model.Spec.NodeSelector) && model.Spec.Affinity?.NodeAffinity?.Required?.Matches(node) is not false;

    private async Task CreateAsync(DaemonSet set, string revision, string node, CancellationToken cancel)
    {
        var created = await Context.CreateAsync(Cluster.Pods, set.Metadata.Namespace, PodFor(set, revision, node), cancel).ConfigureAwait(false);
        Context.Events.Normal(set, "SuccessfulCreate", $"Created pod: {created.Metadata.Name}");
    }

    private async Task DeleteAsync(DaemonSet set, Pod pod, CancellationToken cancel)
    {
        if (!pod.IsTerminating() && await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false))
            Context.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
    }

    private static string NodeOf(Pod pod) => pod.Spec.NodeName ?? "";

    private static JsonObject PodFor(DaemonSet set, string revision, string node)
    {
        var pod = TemplatePod.Of(set, set.Spec.Template, revision);
        pod["metadata"]!["generateName"] = $"{set.Metadata.Name}-";
        if (pod["spec"] is not JsonObject spec)
            return pod;
        if (node.Length > 0)
            spec["nodeName"] = node;
        if (spec["tolerations"] is not JsonArray tolerations)
            spec["tolerations"] = tolerations = [];
        foreach (var (key, effect) in Tolerated)
            tolerations.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        return pod;
    }

    private async Task ReportAsync(DaemonSet set, string revision, HashSet<string> nodes, Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items.Values.Where(pod => pod.Controller()?.Uid == set.Metadata.Uid && pod.IsActive()).ToList();
        var placed = pods.Where(pod => nodes.Contains(NodeOf(pod))).ToLookup(NodeOf, StringComparer.Ordinal);
        var available = placed.Count(here => here.Any(pod => IsAvailable(set, pod, turn)));
        var status = set.Status with
        {
            DesiredNumberScheduled = nodes.Count,
            CurrentNumberScheduled = placed.Count,
            NumberMisscheduled = pods.Count(pod => !nodes.Contains(NodeOf(pod))),
            NumberReady = placed.Count(here => here.Any(pod => pod.IsReady())),
            NumberAvailable = available,
            NumberUnavailable = nodes.Count - available,
            // A node counts once the former pod beside the new one is gone.
            UpdatedNumberScheduled = placed.Count(here => here.All(pod => TemplatePod.RevisionOf(pod) == revision)),
            ObservedGeneration = set.Metadata.Generation,
        };
        await Context.PatchStatusAsync(Cluster.DaemonSets, set, set with { Status = status }, cancel).ConfigureAwait(false);
    }
}
