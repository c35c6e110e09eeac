using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The taints of a node, also those that its state implies before a controller has written them.</summary>
internal static class NodeTaints
{
    public const string NotReady = "node.kubernetes.io/not-ready";
    public const string Unreachable = "node.kubernetes.io/unreachable";
    public const string Unschedulable = "node.kubernetes.io/unschedulable";

    /// <summary>Written and implied taints.</summary>
    public static IEnumerable<Taint> Of(Node node)
    {
        foreach (var taint in (IEnumerable<Taint>)node.Spec.Taints)
            yield return taint;
        if (node.Spec.Unschedulable)
            yield return new Taint { Key = Unschedulable, Effect = "NoSchedule" };
        if (OfCondition(node) is { } key)
            yield return new Taint { Key = key, Effect = "NoSchedule" };
    }

    /// <summary>The taint that the condition <c>Ready</c> asks for: none when it is True.</summary>
    public static string? OfCondition(Node node) => node.Status.Conditions.Find("Ready")?.Status switch
    {
        "True" => null,
        "Unknown" => Unreachable,
        _ => NotReady,
    };

    /// <summary>The first taint that keeps the pod away, or null.</summary>
    public static Taint? Untolerated(Pod pod, Node node) =>
        Of(node).FirstOrDefault(taint => taint.Effect is "NoSchedule" or "NoExecute" && !Tolerates(pod, taint));

    public static bool Tolerates(Pod pod, Taint taint) => pod.Spec.Tolerations.Any(toleration => toleration.Tolerates(taint));
}
