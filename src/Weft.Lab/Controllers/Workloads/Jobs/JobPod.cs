using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The pods of Jobs: how they are made and what they say. Pure.</summary>
internal static class JobPod
{
    /// <summary>Holds a pod until it is counted.</summary>
    public const string Finalizer = "batch.kubernetes.io/job-tracking";

    private const string IndexKey = "batch.kubernetes.io/job-completion-index";
    private const string IndexVariable = "JOB_COMPLETION_INDEX";

    public static bool IsHeld(Pod pod) => pod.Metadata.Finalizers.Contains(Finalizer);

    /// <summary>Whether nothing of the pod runs any more; one that was removed by force has no phase that says so.</summary>
    public static bool HasEnded(Pod pod) => pod.IsFinished() || (pod.IsTerminating() && pod.Metadata.DeletionGracePeriodSeconds is null or 0);

    public static bool HasSucceeded(Pod pod) => pod.Status.Phase == "Succeeded";

    /// <summary>The number of a pod of an <c>Indexed</c> Job.</summary>
    public static int? IndexOf(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(IndexKey), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>When the last container of the pod ended.</summary>
    public static DateTimeOffset? EndedAt(Pod pod) =>
        pod.Status.ContainerStatuses.Select(container => container.State?.Terminated?.FinishedAt).Max()
        ?? pod.Status.Conditions.Find("Ready")?.LastTransitionTime ?? pod.Metadata.DeletionTimestamp;

    /// <summary>A new pod.</summary>
    /// <param name="index">Its number, where the Job's mode is <c>Indexed</c>.</param>
    public static JsonObject Of(Job job, int? index)
    {
        var pod = job.Spec.Template.ToObject();
        if (pod["metadata"] is not JsonObject metadata)
            pod["metadata"] = metadata = [];
        metadata.Remove("name");
        metadata["generateName"] = index is null ? $"{job.Metadata.Name}-" : string.Create(CultureInfo.InvariantCulture, $"{job.Metadata.Name}-{index}-");
        metadata["namespace"] = job.Metadata.Namespace;
        metadata["finalizers"] = new JsonArray(Finalizer);
        var owned = KubeJson.ToJson(new Pod { Metadata = new() { OwnerReferences = [OwnerReference.ControllerOf(job)] } });
        metadata["ownerReferences"] = owned["metadata"]!["ownerReferences"]!.DeepClone();
        pod["apiVersion"] = "v1";
        pod["kind"] = "Pod";
        if (index is { } number && pod["spec"] is JsonObject spec)
            Number(job, metadata, spec, number.ToString(CultureInfo.InvariantCulture));
        return pod;
    }

    private static void Number(Job job, JsonObject metadata, JsonObject spec, string index)
    {
        foreach (var field in (string[])["labels", "annotations"])
        {
            if (metadata[field] is not JsonObject map)
                metadata[field] = map = [];
            map[IndexKey] = index;
        }

        spec["hostname"] ??= $"{job.Metadata.Name}-{index}";
        foreach (var container in ((string[])["initContainers", "containers"]).SelectMany(list => spec[list] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (container["env"] is not JsonArray variables)
                container["env"] = variables = [];
            if (!variables.Any(variable => (string?)variable?["name"] == IndexVariable))
                variables.Add((JsonNode)new JsonObject { ["name"] = IndexVariable, ["value"] = index });
        }
    }
}
