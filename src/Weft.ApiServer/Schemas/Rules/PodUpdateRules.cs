using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>What may change in a pod that exists.</summary>
internal static class PodUpdateRules
{
    private const string FrozenText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static void Validate(JsonObject pod, JsonObject old, Validation v)
    {
        if (pod.Object("spec") is not { } spec || old.Object("spec") is not { } oldSpec || JsonNode.DeepEquals(spec, oldSpec))
            return;
        v.Path.Push("spec");
        Deadline(spec, oldSpec, v);
        OnlyAddedTolerations(spec, oldSpec, v);
        SameNumber("containers", "pod updates may not add or remove containers", spec, oldSpec, v);
        SameNumber("initContainers", "pod updates may not add or remove containers", spec, oldSpec, v);
        v.Path.Pop();
        if (!JsonNode.DeepEquals(Frozen(spec), Frozen(WithBinding(oldSpec, spec))))
            v.Forbidden("spec", FrozenText);
    }

    private static void Deadline(JsonObject spec, JsonObject old, Validation v)
    {
        if (old.Number("activeDeadlineSeconds") is not { } before)
            return;
        if (spec.Number("activeDeadlineSeconds") is not { } now)
            v.Invalid("activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
        else if (now > before)
            v.Invalid("activeDeadlineSeconds", now, "must be less than or equal to previous value");
    }

    private static void OnlyAddedTolerations(JsonObject spec, JsonObject old, Validation v)
    {
        foreach (var toleration in old.Objects("tolerations"))
        {
            if (!spec.Objects("tolerations").Any(t => SameToleration(t, toleration)))
            {
                v.Forbidden("tolerations", "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    private static bool SameToleration(JsonObject a, JsonObject b) =>
        a.Text("key") == b.Text("key") && a.Text("operator") == b.Text("operator")
        && a.Text("value") == b.Text("value") && a.Text("effect") == b.Text("effect");

    private static void SameNumber(string list, string text, JsonObject spec, JsonObject old, Validation v)
    {
        if (spec.Objects(list).Count() != old.Objects(list).Count())
            v.Forbidden(list, text);
    }

    // The binding subresource sets the node of a pod that has none; afterwards it stays.
    private static JsonObject WithBinding(JsonObject old, JsonObject spec)
    {
        if (old.Text("nodeName").Length > 0 || spec.Text("nodeName").Length == 0)
            return old;
        var bound = old.DeepClone().AsObject();
        bound["nodeName"] = spec.Text("nodeName");
        return bound;
    }

    private static JsonObject Frozen(JsonObject spec)
    {
        var frozen = spec.DeepClone().AsObject();
        frozen.Remove("activeDeadlineSeconds");
        frozen.Remove("tolerations");
        frozen.Remove("ephemeralContainers");
        if (frozen["schedulingGates"] is JsonArray)
            frozen.Remove("schedulingGates");
        if (spec.Number("terminationGracePeriodSeconds") == 1)
            frozen.Remove("terminationGracePeriodSeconds");
        foreach (var container in frozen.Objects("containers").Concat(frozen.Objects("initContainers")))
        {
            container.Remove("image");
            container.Remove("imagePullPolicy");
        }
        DropEmpty(frozen);
        return frozen;
    }

    // Empty and missing are one to upstream's structs.
    private static void DropEmpty(JsonObject obj)
    {
        foreach (var (name, value) in obj.ToList())
        {
            if (value is JsonObject inner)
                DropEmpty(inner);
            if (value is JsonArray list)
            {
                foreach (var item in list.OfType<JsonObject>())
                    DropEmpty(item);
            }
            if (value is null or JsonArray { Count: 0 } || value.Text() == "")
                obj.Remove(name);
        }
    }
}
