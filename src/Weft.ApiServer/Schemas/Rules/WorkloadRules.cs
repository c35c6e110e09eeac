using System.Globalization;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Deployments, ReplicaSets, StatefulSets and DaemonSets.</summary>
internal static class WorkloadRules
{
    public static void StrategyDefault(JsonObject strategy)
    {
        if (strategy.Text("type") != "RollingUpdate")
            return;
        if (strategy.Object("rollingUpdate") is not { } rolling)
            strategy["rollingUpdate"] = rolling = [];
        rolling.TryAdd("maxSurge", "25%");
        rolling.TryAdd("maxUnavailable", "25%");
    }

    public static void PartitionDefault(JsonObject strategy) => RollingDefault(strategy, "partition", 0);

    public static void UnavailableDefault(JsonObject strategy)
    {
        RollingDefault(strategy, "maxUnavailable", 1);
        RollingDefault(strategy, "maxSurge", 0);
    }

    private static void RollingDefault(JsonObject strategy, string field, int value)
    {
        if (strategy.Text("type") != "RollingUpdate")
            return;
        if (strategy.Object("rollingUpdate") is not { } rolling)
            strategy["rollingUpdate"] = rolling = [];
        rolling.TryAdd(field, value);
    }

    public static void Strategy(JsonObject strategy, Validation v)
    {
        var rolling = strategy.Object("rollingUpdate");
        if (strategy.Text("type") == "Recreate")
        {
            if (rolling is not null)
                v.Forbidden("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
            return;
        }
        if (rolling is null)
            return;
        v.Path.Push("rollingUpdate");
        Amount(rolling, "maxUnavailable", v);
        Amount(rolling, "maxSurge", v);
        if (IsZero(rolling["maxUnavailable"]) && IsZero(rolling["maxSurge"]))
            v.Invalid("maxUnavailable", rolling["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
        v.Path.Pop();
    }

    public static void Deployment(JsonObject deployment, Validation v)
    {
        SelectorAndTemplate(deployment, v);
        if (deployment.Object("spec") is not { } spec)
            return;
        var ready = spec.Number("minReadySeconds") ?? 0;
        if (spec.Number("progressDeadlineSeconds") is { } deadline && deadline <= ready)
            v.Invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
    }

    /// <summary>A ReplicaSet without labels takes those of its template.</summary>
    public static void ReplicaSetDefault(JsonObject set)
    {
        if (set.Object("metadata") is { } meta && meta.Object("labels") is not { Count: > 0 }
            && set.Object("spec")?.Object("template")?.Object("metadata")?.Object("labels") is { Count: > 0 } labels)
            meta["labels"] = labels.DeepClone();
    }

    public static void ReplicaSet(JsonObject set, Validation v) => SelectorAndTemplate(set, v);

    public static void Immutable(JsonObject obj, JsonObject old, Validation v)
    {
        if (obj.Object("spec")?.Object("selector") is { } selector && !JsonNode.DeepEquals(selector, old.Object("spec")?["selector"]))
            v.InvalidRaw("spec.selector", GoSyntax.LabelSelector(selector), "field is immutable");
    }

    private static void SelectorAndTemplate(JsonObject obj, Validation v)
    {
        if (obj.Object("spec") is not { } spec)
        {
            v.Required("spec.selector");
            v.Required("spec.template.spec.containers");
            return;
        }
        v.Path.Push("spec");
        if (spec.Object("template") is not { } template)
            v.Required("template.spec.containers");
        else
            Template(spec, template, v);
        v.Path.Pop();
    }

    private static void Template(JsonObject spec, JsonObject template, Validation v)
    {
        var labels = template.Object("metadata")?.Object("labels");
        if (spec.Object("selector") is { } selector)
        {
            if (SelectorRules.IsEmpty(selector))
                v.InvalidRaw("selector", GoSyntax.LabelSelector(selector), "empty selector is invalid for deployment");
            else if (!SelectorRules.Matches(selector, labels))
                v.InvalidRaw("template.metadata.labels", GoSyntax.StringMap(labels), "`selector` does not match template `labels`");
        }
        var policy = template.Object("spec")?.Text("restartPolicy") ?? "";
        if (policy is "OnFailure" or "Never")
            v.Unsupported("template.spec.restartPolicy", policy, ["Always"]);
        if (template.Object("spec")?["activeDeadlineSeconds"] is not null)
            v.Forbidden("template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in ReplicaSet is not Supported");
    }

    /// <summary>Checks a count or percentage of pods.</summary>
    internal static void Amount(JsonObject rolling, string field, Validation v)
    {
        var value = rolling[field];
        if (value.Text() is { } text)
        {
            if (Percent(text) is not { } percent)
                v.Invalid(field, text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
            else if (percent > 100 && field == "maxUnavailable")
                v.Invalid(field, text, "must not be greater than 100%");
        }
        else if (JsonScalars.TryInteger(value, out var number) && number < 0)
        {
            v.Invalid(field, value, "must be greater than or equal to 0");
        }
    }

    internal static bool IsZero(JsonNode? value) =>
        value.Text() is { } text ? Percent(text) == 0 : !JsonScalars.TryInteger(value, out var number) || number == 0;

    private static int? Percent(string text) =>
        text is [.. var digits, '%'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
