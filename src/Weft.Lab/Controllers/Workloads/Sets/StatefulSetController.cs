using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the numbered pods of StatefulSets: made from the first, removed and replaced from the last, one at a time unless <c>Parallel</c>.</summary>
/// <remarks>There is no storage in a lab: volumes of <c>volumeClaimTemplates</c> are empty and end with their pod, which an Event says.</remarks>
internal sealed class StatefulSetController(ControllerContext context) : Controller(context)
{
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public override string Name => "statefulset";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.StatefulSets.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        return Task.WhenAll(Cluster.StatefulSets.Synced, Cluster.Pods.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        if (Cluster.StatefulSets.Items.IsEmpty)
            return;
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Controller()?.Uid ?? "", StringComparer.Ordinal);
        foreach (var set in Cluster.StatefulSets.Items.Values.OrderBy(set => set.Key()))
        {
            await turn.TryAsync($"stateful set {set.Key()}", async () =>
            {
                var mine = pods[set.Metadata.Uid ?? ""].ToDictionary(pod => pod.Metadata.Name, StringComparer.Ordinal);
                if (!set.IsTerminating())
                    await StepAsync(set, mine, turn, cancel).ConfigureAwait(false);
                await ReportAsync(set, mine.Values, cancel).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
    }

    private async Task StepAsync(StatefulSet set, Dictionary<string, Pod> mine, Turn turn, CancellationToken cancel)
    {
        var parallel = set.Spec.PodManagementPolicy == "Parallel";
        var start = set.Spec.Ordinals?.Start ?? 0;
        var wanted = Enumerable.Range(start, set.Spec.Replicas ?? 1).ToList();
        foreach (var index in wanted)
        {
            var pod = mine.GetValueOrDefault(NameOf(set, index));
            if (pod is null)
                await CreateAsync(set, index, cancel).ConfigureAwait(false);
            else if (pod.IsFinished() && !pod.IsTerminating())
                await DeleteAsync(set, pod, cancel).ConfigureAwait(false);
            if (!parallel && (pod is null || !IsAvailable(set, pod, turn)))
                return;
        }

        var names = wanted.Select(index => NameOf(set, index)).ToHashSet(StringComparer.Ordinal);
        foreach (var surplus in mine.Values.Where(pod => !names.Contains(pod.Metadata.Name)).OrderByDescending(OrdinalOf))
        {
            if (!surplus.IsTerminating())
                await DeleteAsync(set, surplus, cancel).ConfigureAwait(false);
            if (!parallel)
                return;
        }

        await ReplaceAsync(set, wanted, mine, turn, cancel).ConfigureAwait(false);
    }

    /// <summary>Replaces the last pod of the former template, once all after it are available again.</summary>
    private async Task ReplaceAsync(StatefulSet set, List<int> wanted, Dictionary<string, Pod> mine, Turn turn, CancellationToken cancel)
    {
        if (set.Spec.UpdateStrategy?.Type == "OnDelete")
            return;
        var revision = TemplatePod.RevisionOf(set, set.Spec.Template);
        var partition = set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
        foreach (var index in wanted.Where(index => index >= partition).Reverse())
        {
            if (mine.GetValueOrDefault(NameOf(set, index)) is not { } pod)
                return;
            if (!TemplatePod.IsUpdated(pod, revision) && !pod.IsTerminating())
                await DeleteAsync(set, pod, cancel).ConfigureAwait(false);
            if (!TemplatePod.IsUpdated(pod, revision) || !IsAvailable(set, pod, turn))
                return;
        }
    }

    private async Task CreateAsync(StatefulSet set, int index, CancellationToken cancel)
    {
        var pod = TemplatePod.Of(set, set.Spec.Template, TemplatePod.RevisionOf(set, set.Spec.Template));
        var (name, metadata) = (NameOf(set, index), (JsonObject)pod["metadata"]!);
        metadata["name"] = name;
        metadata["labels"]![NameLabel] = name;
        metadata["labels"]![IndexLabel] = index.ToString(CultureInfo.InvariantCulture);
        if (pod["spec"] is JsonObject spec)
        {
            spec["hostname"] = name;
            spec["subdomain"] = set.Spec.ServiceName;
            AddVolumes(set, spec);
        }

        await Context.CreateAsync(Cluster.Pods, set.Metadata.Namespace, pod, cancel).ConfigureAwait(false);
        Context.Events.Normal(set, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Metadata.Name} successful");
    }

    private void AddVolumes(StatefulSet set, JsonObject spec)
    {
        if (set.Spec.VolumeClaimTemplates.Count == 0)
            return;
        if (spec["volumes"] is not JsonArray volumes)
            spec["volumes"] = volumes = [];
        foreach (var claim in (IEnumerable<PartialObject>)set.Spec.VolumeClaimTemplates)
            volumes.Add((JsonNode)new JsonObject { ["name"] = claim.Metadata.Name, ["emptyDir"] = new JsonObject() });
        Context.Events.Warning(set, "ClaimsAreEmptyDirs", "a lab has no storage: the volumes of volumeClaimTemplates are empty and end with their pod");
    }

    private async Task DeleteAsync(StatefulSet set, Pod pod, CancellationToken cancel)
    {
        if (await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false))
            Context.Events.Normal(set, "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
    }

    private bool IsAvailable(StatefulSet set, Pod pod, Turn turn)
    {
        var left = PodCounts.AvailableIn(pod, set.Spec.MinReadySeconds, Context.Time.GetUtcNow());
        if (left > TimeSpan.Zero)
            turn.After(left.Value);
        return left == TimeSpan.Zero && pod.IsActive();
    }

    private async Task ReportAsync(StatefulSet set, IReadOnlyCollection<Pod> before, CancellationToken cancel)
    {
        var revision = TemplatePod.RevisionOf(set, set.Spec.Template);
        var pods = before.Select(pod => Cluster.Pods.Items.GetValueOrDefault(pod.Key())).OfType<Pod>().Where(pod => pod.Controller()?.Uid == set.Metadata.Uid).ToList();
        var active = pods.Where(pod => pod.IsActive()).ToList();
        var counts = PodCounts.Of(active, set.Spec.MinReadySeconds, default, Context.Time.GetUtcNow());
        var updated = active.Count(pod => TemplatePod.IsUpdated(pod, revision));
        var done = updated == (set.Spec.Replicas ?? 1) && counts.Ready == updated;
        var current = done || set.Status.CurrentRevision is null ? revision : set.Status.CurrentRevision;
        var status = set.Status with
        {
            Replicas = pods.Count,
            ReadyReplicas = counts.Ready,
            AvailableReplicas = counts.Available,
            UpdatedReplicas = updated,
            CurrentReplicas = active.Count(pod => TemplatePod.IsUpdated(pod, current)),
            CurrentRevision = current,
            UpdateRevision = revision,
            ObservedGeneration = set.Metadata.Generation,
        };
        await Context.PatchStatusAsync(Cluster.StatefulSets, set, set with { Status = status }, cancel).ConfigureAwait(false);
    }

    private static string NameOf(StatefulSet set, int index) => string.Create(CultureInfo.InvariantCulture, $"{set.Metadata.Name}-{index}");

    private static int OrdinalOf(Pod pod) =>
        int.TryParse(pod.Metadata.Name.AsSpan(pod.Metadata.Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue;
}
