using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Validation;

namespace Weft.ApiServer.Schemas.Rules;

using Validation = Validation.Validation;

/// <summary>Jobs.</summary>
internal static class JobRules
{
    private static readonly string[] Fixed = ["completionMode", "completions", "selector", "template", "managedBy"];

    public static void Default(JsonObject job)
    {
        if (job.Object("spec") is not { } spec)
            return;
        if (spec["completions"] is null && spec["parallelism"] is null)
            spec["completions"] = 1;
        spec.TryAdd("parallelism", 1);
        spec.TryAdd("backoffLimit", spec["backoffLimitPerIndex"] is null ? 6 : int.MaxValue);
        spec.TryAdd("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        if (job.Object("metadata") is { } metadata && metadata.Object("labels") is not { Count: > 0 }
            && spec.Object("template")?.Object("metadata")?.Object("labels") is { Count: > 0 } labels)
            metadata["labels"] = labels.DeepClone();
    }

    public static void Validate(JsonObject job, Validation v) => v.Inside(job, "spec", (spec, at) =>
    {
        if (spec.Object("selector") is not { } selector)
            at.Required("selector");
        else if (spec.Object("template")?.Object("metadata")?.Object("labels") is var labels && !SelectorRules.Matches(selector, labels))
            at.InvalidRaw("template.metadata.labels", GoSyntax.StringMap(labels), "`selector` does not match template `labels`");
        if (spec.Object("template")?.Object("spec")?.Text("restartPolicy") is not ("OnFailure" or "Never"))
            at.Required("template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        if (spec.Text("completionMode") == "Indexed" && spec["completions"] is null)
            at.Required("completions", "when completion mode is Indexed");
    });

    public static void Update(JsonObject job, JsonObject old, Validation v)
    {
        foreach (var field in Fixed)
        {
            var value = job["spec"]?[field];
            if (!JsonNode.DeepEquals(value, old["spec"]?[field]))
                v.Invalid($"spec.{field}", value, "field is immutable");
        }
    }
}
