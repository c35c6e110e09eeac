using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Pods: deleted gracefully once they have a node, whose runner confirms the end.</summary>
internal static class PodKind
{
    /// <summary>The default of <c>terminationGracePeriodSeconds</c> in Kubernetes.</summary>
    private const long DefaultGracePeriodSeconds = 30;

    public static ResourceKind Kind { get; } = new()
    {
        Group = "", Version = "v1", Kind = "Pod", Plural = "pods", Singular = "pod",
        ShortNames = ["po"], Categories = ["all"], Namespaced = true, HasStatus = true, TracksGeneration = true,
        Subresources =
        [
            new("binding", "", "v1", "Binding", ["create"]),
            new("eviction", "policy", "v1", "Eviction", ["create"]),
            new("attach", "", "v1", "PodAttachOptions", ["create", "get"]),
            new("exec", "", "v1", "PodExecOptions", ["create", "get"]),
            new("portforward", "", "v1", "PodPortForwardOptions", ["create", "get"]),
            new("log", "", "v1", "Pod", ["get"]),
        ],
        SelectableFields =
        [
            SelectableField.AtPath("spec.nodeName"),
            SelectableField.AtPath("spec.restartPolicy"),
            SelectableField.AtPath("spec.schedulerName"),
            SelectableField.AtPath("spec.serviceAccountName"),
            new("spec.hostNetwork", obj => obj.Flag("spec", "hostNetwork") is true ? "true" : "false"),
            SelectableField.AtPath("status.phase"),
            new("status.podIP", obj => obj.Text("status", "podIP") ?? ""),
            SelectableField.AtPath("status.nominatedNodeName"),
        ],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Ready", obj => PodSummary.Of(obj).Ready),
            TableColumn.Text("Status", obj => PodSummary.Of(obj).Status),
            new("Restarts", "string", "", 0, (obj, now) => PodSummary.Of(obj).RestartText(now)),
            TableColumn.Age,
            TableColumn.Wide("IP", obj => Cells.OrNone(obj.Items("status", "podIPs").FirstOrDefault().Text("ip") ?? obj.Text("status", "podIP"))),
            TableColumn.Wide("Node", obj => Cells.OrNone(obj.Text("spec", "nodeName"))),
            TableColumn.Wide("Nominated Node", obj => Cells.OrNone(obj.Text("status", "nominatedNodeName"))),
            TableColumn.Wide("Readiness Gates", ReadinessGates),
        ],
        Strategy = new Strategy(),
    };

    private static string ReadinessGates(JsonObject obj)
    {
        var gates = obj.Items("spec", "readinessGates").Select(g => g.Text("conditionType")).ToList();
        var met = obj.Items("status", "conditions").Count(c => c.Text("status") == "True" && gates.Contains(c.Text("type")));
        return gates.Count == 0 ? Cells.None : $"{met}/{gates.Count}";
    }

    private sealed class Strategy : KindStrategy
    {
        public override bool ReturnsDeletedObject => true;

        public override void PrepareForCreate(JsonObject obj, JsonObject? status) =>
            obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodQuality.ClassOf(obj) };

        /// <summary>A pod bears that its node is lost for a while, unless it says for how long itself (plugin DefaultTolerationSeconds).</summary>
        public override void Admit(JsonObject obj, ApiServerOptions options)
        {
            if (obj["spec"] is not JsonObject spec || spec["tolerations"] is not (null or JsonArray))
                return;
            foreach (var key in (string[])["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
            {
                if (spec.Items("tolerations").Any(toleration => (toleration.Text("key") ?? "") is var named && (named == key || named.Length == 0) && toleration.Text("effect") is null or "" or "NoExecute"))
                    continue;
                if (spec["tolerations"] is not JsonArray tolerations)
                    spec["tolerations"] = tolerations = [];
                tolerations.Add((JsonNode)new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = (long)options.PodEvictionTimeout.TotalSeconds });
            }
        }

        public override long GracePeriodSeconds(JsonObject obj, long? requested)
        {
            var ended = obj.Text("status", "phase") is "Succeeded" or "Failed";
            if (ended || obj.Text("spec", "nodeName") is not { Length: > 0 })
                return 0;
            var seconds = requested ?? obj.Number("spec", "terminationGracePeriodSeconds") ?? DefaultGracePeriodSeconds;
            return seconds < 0 ? 1 : seconds;
        }
    }
}
