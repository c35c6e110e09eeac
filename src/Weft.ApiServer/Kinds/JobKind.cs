using System.Globalization;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>Jobs: their pods are told from those of others by the job's uid.</summary>
internal static class JobKind
{
    public static ResourceKind Kind { get; } = new()
    {
        Group = "batch", Version = "v1", Kind = "Job", Plural = "jobs", Singular = "job",
        Categories = ["all"], Namespaced = true, HasStatus = true, TracksGeneration = true,
        SelectableFields = [new("status.successful", obj => (obj.Number("status", "succeeded") ?? 0).ToString(CultureInfo.InvariantCulture))],
        Columns =
        [
            TableColumn.ObjectName,
            TableColumn.Text("Status", State),
            TableColumn.Text("Completions", Completions),
            new("Duration", "string", "", 0, Duration),
            TableColumn.Age,
            .. Cells.Workload,
        ],
        Strategy = new Strategy(),
    };

    private static string State(JsonObject obj)
    {
        foreach (var (condition, word) in new[] { ("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended"), ("FailureTarget", "FailureTarget") })
        {
            if (obj.Items("status", "conditions").Any(one => one.Text("type") == condition && one.Text("status") == "True"))
                return word;
        }

        return obj.Text("metadata", "deletionTimestamp") is null ? "Running" : "Terminating";
    }

    private static string Completions(JsonObject obj)
    {
        var succeeded = obj.Number("status", "succeeded") ?? 0;
        if (obj.Number("spec", "completions") is { } wanted)
            return $"{succeeded}/{wanted}";
        return obj.Number("spec", "parallelism") is { } parallel and > 1 ? $"{succeeded}/1 of {parallel}" : $"{succeeded}/1";
    }

    private static JsonNode? Duration(JsonObject obj, DateTimeOffset now)
    {
        if (obj.Text("status", "startTime") is not { } start)
            return "";
        var end = DateTimeOffset.TryParse(obj.Text("status", "completionTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var completed) ? completed : now;
        return HumanDuration.Since(start, end);
    }

    private sealed class Strategy : KindStrategy
    {
        private const string Uid = "batch.kubernetes.io/controller-uid";

        public override void PrepareForCreate(JsonObject obj, JsonObject? status)
        {
            if (obj["spec"] is not JsonObject spec || spec.Flag("manualSelector") is true || spec["template"] is not JsonObject template)
                return;
            var (uid, name) = (obj.Text("metadata", "uid"), obj.Text("metadata", "name"));
            var labels = template.Ensure("metadata").Ensure("labels");
            foreach (var (key, value) in new[] { (Uid, uid), ("controller-uid", uid), ("batch.kubernetes.io/job-name", name), ("job-name", name) })
                labels[key] = value;
            spec["selector"] ??= new JsonObject { ["matchLabels"] = new JsonObject { [Uid] = uid } };
        }
    }
}
