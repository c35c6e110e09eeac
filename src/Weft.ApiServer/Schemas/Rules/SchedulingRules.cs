using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Tolerations, spreading and node affinity.</summary>
internal static class SchedulingRules
{
    public static void Toleration(JsonObject toleration, Validation v)
    {
        var (key, op, effect) = (toleration.Text("key"), toleration.Text("operator"), toleration.Text("effect"));
        if (key.Length > 0)
            v.Check("key", key, Formats.QualifiedName(key));
        else if (op != "Exists")
            v.Invalid("operator", op, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        if (toleration.ContainsKey("tolerationSeconds") && effect != "NoExecute")
            v.Invalid("effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        if (op == "Exists" && toleration.Text("value").Length > 0)
            v.Invalid("operator", toleration["value"], "value must be empty when `operator` is 'Exists'");
        else if (op is "" or "Equal")
            v.Check("operator", toleration.Text("value"), Formats.LabelValue(toleration.Text("value")));
        else if (op != "Exists")
            v.Unsupported("operator", op, ["Equal", "Exists"]);
        if (effect is not ("" or "NoSchedule" or "PreferNoSchedule" or "NoExecute"))
            v.Unsupported("effect", effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"]);
    }

    public static void Spread(JsonObject constraint, Validation v)
    {
        if ((constraint.Number("maxSkew") ?? 0) <= 0)
            v.Invalid("maxSkew", constraint["maxSkew"] ?? 0, "must be greater than zero");
        if (constraint.Number("minDomains") is not { } domains)
            return;
        if (domains <= 0)
            v.Invalid("minDomains", domains, "must be greater than 0");
        if (constraint.Text("whenUnsatisfiable") != "DoNotSchedule")
            v.Invalid("minDomains", domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule");
    }

    public static void NodeSelector(JsonObject selector, Validation v)
    {
        var index = 0;
        foreach (var term in selector.Objects("nodeSelectorTerms"))
        {
            foreach (var field in term.Objects("matchFields").Select(f => f.Text("key")).Where(k => k != "metadata.name"))
                v.Invalid($"nodeSelectorTerms[{index}].matchFields", field, "not a valid field selector key");
            index++;
        }
    }

    public static void NodeRequirement(JsonObject requirement, Validation v)
    {
        var count = requirement.Texts("values").Count();
        switch (requirement.Text("operator"))
        {
            case "In" or "NotIn" when count == 0:
                v.Required("values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                v.Forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt" when count != 1:
                v.Required("values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
        }
        if (requirement.Text("key") is { Length: > 0 } key)
            v.Check("key", key, Formats.QualifiedName(key));
    }
}
