using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Kubernetes;

namespace Weft.Compilers.Offline;

/// <summary>The pods that controllers would make of workloads.</summary>
internal static class WorkloadPods
{
    private static readonly string[] Kinds = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"];

    public static IEnumerable<Pod> Of(IEnumerable<JsonObject> objects, IReadOnlyList<Node> nodes, List<string> notes)
    {
        foreach (var workload in objects.Where(obj => Kinds.Contains((string?)obj["kind"])))
        {
            if (workload["spec"]?["template"] is not JsonObject template)
                continue;
            var perNode = (string?)workload["kind"] == "DaemonSet";
            var count = perNode ? nodes.Count : Replicas(workload);
            notes.Add($"{workload["kind"]} {workload["metadata"]!["namespace"]}/{workload["metadata"]!["name"]}: pods assumed, all ready: {count}");
            for (var i = 0; i < count; i++)
            {
                if (Make(workload, template, i, notes) is { } pod)
                    yield return perNode ? pod with { Spec = pod.Spec with { NodeName = nodes[i].Metadata.Name } } : pod;
            }
        }
    }

    private static int Replicas(JsonObject workload) =>
        int.TryParse(workload["spec"]!["replicas"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;

    private static Pod? Make(JsonObject workload, JsonObject template, int index, List<string> notes)
    {
        var owner = workload["metadata"]!;
        var metadata = template["metadata"] as JsonObject is { } given ? (JsonObject)given.DeepClone() : [];
        metadata["namespace"] = (string?)owner["namespace"];
        var name = string.Create(CultureInfo.InvariantCulture, $"{owner["name"]}-{index}");
        metadata["name"] = name;
        var spec = template["spec"]?.DeepClone();
        if (spec is JsonObject numbered && (string?)workload["kind"] == "StatefulSet")
            (numbered["hostname"], numbered["subdomain"]) = (name, workload["spec"]!["serviceName"]?.DeepClone());
        try
        {
            return KubeJson.FromJson<Pod>(new JsonObject { ["metadata"] = metadata, ["spec"] = spec });
        }
        catch (JsonException e)
        {
            notes.Add($"{workload["kind"]} {owner["name"]}: its template cannot be read: {e.Message}");
            return null;
        }
    }
}
