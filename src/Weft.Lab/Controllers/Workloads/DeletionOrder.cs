using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>Which pods go first when a ReplicaSet shrinks, as upstream ranks them.</summary>
/// <remarks>Unscheduled, pending, not ready, cheap by annotation, doubled up on a node, ready for a shorter time, restarted more often, younger.</remarks>
internal static class DeletionOrder
{
    private const string CostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

    public static IEnumerable<Pod> Of(IReadOnlyCollection<Pod> pods)
    {
        var crowds = pods.Where(pod => pod.Spec.NodeName is not null).GroupBy(pod => pod.Spec.NodeName!).ToDictionary(group => group.Key, group => group.Count());
        return pods
            .OrderBy(pod => string.IsNullOrEmpty(pod.Spec.NodeName) ? 0 : 1)
            .ThenBy(pod => pod.Status.Phase switch { "Pending" or null => 0, "Unknown" => 1, _ => 2 })
            .ThenBy(pod => pod.IsReady() ? 1 : 0)
            .ThenBy(Cost)
            .ThenByDescending(pod => crowds.GetValueOrDefault(pod.Spec.NodeName ?? ""))
            .ThenByDescending(pod => pod.Status.Conditions.Find("Ready")?.LastTransitionTime)
            .ThenByDescending(pod => pod.Status.ContainerStatuses.Select(container => container.RestartCount).DefaultIfEmpty().Max())
            .ThenByDescending(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal);
    }

    private static int Cost(Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.Find(CostAnnotation), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;
}
