using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>StatefulSets, DaemonSets and their history.</summary>
internal static class SetRules
{
    private static readonly string[] Fixed = ["podManagementPolicy", "selector", "serviceName", "volumeClaimTemplates"];

    public static void StatefulSetUpdate(JsonObject set, JsonObject old, Validation v)
    {
        if (Array.Exists(Fixed, field => !JsonNode.DeepEquals(set["spec"]?[field], old["spec"]?[field])))
        {
            v.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }

    public static void DaemonSetStrategy(JsonObject strategy, Validation v) => v.Inside(strategy, "rollingUpdate", (rolling, at) =>
    {
        WorkloadRules.Amount(rolling, "maxUnavailable", at);
        WorkloadRules.Amount(rolling, "maxSurge", at);
        switch (WorkloadRules.IsZero(rolling["maxUnavailable"]), WorkloadRules.IsZero(rolling["maxSurge"]))
        {
            case (false, false):
                at.Invalid("maxSurge", rolling["maxSurge"], "may not be set when maxUnavailable is non-zero");
                break;
            case (true, true):
                at.Required("maxUnavailable", "cannot be 0 when maxSurge is 0");
                break;
        }
    });

    public static void RevisionUpdate(JsonObject revision, JsonObject old, Validation v)
    {
        if (!JsonNode.DeepEquals(revision["data"], old["data"]))
            v.Invalid("data", revision["data"], "field is immutable");
    }
}
