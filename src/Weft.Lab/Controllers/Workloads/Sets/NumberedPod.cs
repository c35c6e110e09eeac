using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The pods of StatefulSets: their names, numbers and content. Pure.</summary>
internal static class NumberedPod
{
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public static string NameOf(StatefulSet set, int index) => string.Create(CultureInfo.InvariantCulture, $"{set.Metadata.Name}-{index}");

    /// <summary>Whether a pod has a name that the set gives.</summary>
    public static bool IsOf(StatefulSet set, Pod pod) => OrdinalOf(pod) is var index && index < int.MaxValue && pod.Metadata.Name == NameOf(set, index);

    /// <summary>The number in a pod's name.</summary>
    public static int OrdinalOf(Pod pod) =>
        int.TryParse(pod.Metadata.Name.AsSpan(pod.Metadata.Name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue;

    /// <summary>The pod of that number, of the template that the revision keeps.</summary>
    public static JsonObject Of(StatefulSet set, ControllerRevision revision, int index)
    {
        var pod = TemplatePod.Of(set, RevisionData.TemplateOf(revision), revision.Metadata.Name);
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

        return pod;
    }

    private static void AddVolumes(StatefulSet set, JsonObject spec)
    {
        if (set.Spec.VolumeClaimTemplates.Count == 0)
            return;
        if (spec["volumes"] is not JsonArray volumes)
            spec["volumes"] = volumes = [];
        foreach (var claim in (IEnumerable<PartialObject>)set.Spec.VolumeClaimTemplates)
            volumes.Add((JsonNode)new JsonObject { ["name"] = claim.Metadata.Name, ["emptyDir"] = new JsonObject() });
    }
}
