using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Label selectors: their form, and whether labels match one.</summary>
internal static class SelectorRules
{
    public static void Validate(JsonObject selector, Validation v)
    {
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
            Label(key, value.Text() ?? "", "matchLabels", v);
        v.Each(selector, "matchExpressions", Requirement);
    }

    /// <summary>A label's key and value, both reported at <paramref name="field"/>.</summary>
    public static void Label(string key, string value, string field, Validation v)
    {
        v.Check(field, key, Formats.QualifiedName(key));
        v.Check(field, value, Formats.LabelValue(value));
    }

    /// <summary>Whether a selector matches labels; an empty one matches all.</summary>
    public static bool Matches(JsonObject selector, JsonObject? labels)
    {
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
        {
            if (labels?[key].Text() is not { } label || label != value.Text())
                return false;
        }
        return selector.Objects("matchExpressions").All(e => Meets(e, labels?[e.Text("key")].Text()));
    }

    public static bool IsEmpty(JsonObject selector) =>
        selector.Object("matchLabels") is not { Count: > 0 } && selector["matchExpressions"] is not JsonArray { Count: > 0 };

    private static bool Meets(JsonObject requirement, string? label) => requirement.Text("operator") switch
    {
        "In" => label is not null && requirement.Texts("values").Contains(label),
        "NotIn" => label is null || !requirement.Texts("values").Contains(label),
        "Exists" => label is not null,
        "DoesNotExist" => label is null,
        _ => false,
    };

    private static void Requirement(JsonObject requirement, Validation v)
    {
        var hasValues = requirement.Texts("values").Any();
        switch (requirement.Text("operator"))
        {
            case "In" or "NotIn" when !hasValues:
                v.Required("values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when hasValues:
                v.Forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist" or "":
                break;
            default:
                v.Invalid("operator", requirement["operator"], "not a valid selector operator");
                break;
        }
        var key = requirement.Text("key");
        if (key.Length > 0)
            v.Check("key", key, Formats.QualifiedName(key));
        var index = 0;
        foreach (var value in requirement.Texts("values"))
            v.Check($"values[{index++}]", value, Formats.LabelValue(value));
    }
}
