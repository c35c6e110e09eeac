using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Makes pods of templates for StatefulSets and DaemonSets.</summary>
internal static class TemplatePod
{
    /// <summary>Names the template that a pod was made of.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    /// <summary>The name of a template's present form.</summary>
    public static string RevisionOf(IKubeObject owner, PodTemplate template) => $"{owner.Metadata.Name}-{TemplateHash.Of(template, 0)}";

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

    /// <summary>Whether the pod is of the present template.</summary>
    public static bool IsUpdated(Pod pod, string revision) => pod.Metadata.Labels.Find(RevisionLabel) == revision;
}
