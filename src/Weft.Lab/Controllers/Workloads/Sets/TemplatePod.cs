using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Makes pods of templates for StatefulSets and DaemonSets.</summary>
internal static class TemplatePod
{
    /// <summary>Names the revision of the template that a pod was made of.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    /// <summary>A pod of the template, labelled with its revision and owned by <paramref name="owner"/>.</summary>
    public static JsonObject Of<T>(T owner, PodTemplate template, string revision)
        where T : IKubeObject<T>
    {
        var pod = template.WithLabel(RevisionLabel, revision).ToObject();
        var metadata = (JsonObject)pod["metadata"]!;
        metadata.Remove("name");
        metadata["namespace"] = owner.Metadata.Namespace;
        var owned = KubeJson.ToJson(new Pod { Metadata = new() { OwnerReferences = [OwnerReference.ControllerOf(owner)] } });
        metadata["ownerReferences"] = owned["metadata"]!["ownerReferences"]!.DeepClone();
        pod["apiVersion"] = "v1";
        pod["kind"] = "Pod";
        return pod;
    }

    /// <summary>The revision that a pod says it was made of.</summary>
    public static string? RevisionOf(Pod pod) => pod.Metadata.Labels.Find(RevisionLabel);
}
