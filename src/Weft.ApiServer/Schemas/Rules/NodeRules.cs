using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Nodes: ranges and taints.</summary>
internal static class NodeRules
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Keeps the old, single range and the list of ranges alike.</summary>
    public static void Default(JsonObject node)
    {
        if (node.Object("spec") is not { } spec)
            return;
        var first = spec.Texts("podCIDRs").FirstOrDefault() ?? "";
        if (first.Length > 0)
            spec["podCIDR"] = first;
        else if (spec.Text("podCIDR") is { Length: > 0 } single)
            spec["podCIDRs"] = new JsonArray(single);
    }

    public static void Validate(JsonObject node, Validation v) => v.Inside(node, "spec", (spec, at) =>
    {
        var index = 0;
        foreach (var range in spec.Texts("podCIDRs"))
            at.Check($"podCIDRs[{index++}]", range, Formats.Cidr(range));
        var taints = new HashSet<string>(StringComparer.Ordinal);
        at.Each(spec, "taints", (taint, inner) =>
        {
            var (key, effect) = (taint.Text("key"), taint.Text("effect"));
            if (key.Length > 0)
                inner.Check("key", key, Formats.QualifiedName(key));
            if (effect.Length > 0 && !Effects.Contains(effect))
                inner.Unsupported("effect", effect, Effects);
            if (!taints.Add($"{key}:{effect}"))
                inner.Duplicate("", taint);
        });
    });

    public static void Update(JsonObject node, JsonObject old, Validation v)
    {
        if (node.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        var ranges = before.Texts("podCIDRs").ToList();
        if (ranges.Count > 0 && !ranges.SequenceEqual(spec.Texts("podCIDRs")))
            v.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    }
}
