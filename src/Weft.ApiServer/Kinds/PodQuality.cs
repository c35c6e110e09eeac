using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>The quality-of-service class of a pod: BestEffort, Burstable or Guaranteed.</summary>
/// <remarks>Source: kubernetes.io, "Pod Quality of Service Classes".</remarks>
internal static class PodQuality
{
    private static readonly string[] Resources = ["cpu", "memory"];

    public static string ClassOf(JsonObject pod)
    {
        var containers = pod.Items("spec", "containers").Concat(pod.Items("spec", "initContainers")).ToList();
        if (containers.TrueForAll(c => !Resources.Any(r => Amount(c, "requests", r) is not null || Amount(c, "limits", r) is not null)))
            return "BestEffort";
        return containers.TrueForAll(c => Resources.All(r => HasEqualAmounts(c, r))) ? "Guaranteed" : "Burstable";
    }

    private static bool HasEqualAmounts(JsonNode container, string resource) =>
        Amount(container, "limits", resource) is { } limit && (Amount(container, "requests", resource) ?? limit) == limit;

    private static string? Amount(JsonNode container, string kind, string resource) => container.At("resources", kind, resource)?.ToString();
}
