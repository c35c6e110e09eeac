using System.Globalization;
using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Writes;

/// <summary>Deletes objects: at once, or marked until grace period, finalizers and content are through.</summary>
/// <remarks>Source: apiserver <c>registry/rest/delete.go</c> and <c>registry/generic/registry/store.go</c>.</remarks>
internal static class Deletion
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>Whether an object whose deletion has begun may go now.</summary>
    public static bool IsDue(ResourceKind kind, JsonObject obj) =>
        obj.At("metadata", "deletionTimestamp") is not null
        && (obj.Number("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
        && !obj.Items("metadata", "finalizers").Any()
        && !kind.Strategy.HeldBySpec(obj);

    /// <summary>Begins or completes the deletion of the object the path names.</summary>
    /// <returns>The object's state, and whether it is gone.</returns>
    public static (StoredObject State, bool Gone) Run(ResourceRequest request, DeleteOptions options)
    {
        while (true)
        {
            var current = request.Find();
            options.CheckPreconditions(request.Kind, current);
            var obj = current.Parse();
            Mark(request, obj, options);
            var due = IsDue(request.Kind, obj);
            if (request.IsDryRun)
                return (ObjectStore.Preview(request.Kind, obj, current.Revision), due);
            if (!due && JsonNode.DeepEquals(obj, current.Parse()))
                return (current, false);
            var stored = due
                ? request.Server.Store.TryDelete(request.Kind, current, current.Parse()) // seen last as it was, marked only if it waited
                : request.Server.Store.TryPut(request.Kind, current, obj);
            if (stored is not null)
                return (stored, due);
        }
    }

    private static void Mark(ResourceRequest request, JsonObject obj, DeleteOptions options)
    {
        var metadata = obj["metadata"]!.AsObject();
        var grace = request.Kind.Strategy.GracePeriodSeconds(obj, options.GracePeriodSeconds);
        SetFinalizers(metadata, options.Propagation);
        if (metadata["deletionTimestamp"] is null)
        {
            metadata["deletionTimestamp"] = request.Server.Timestamp(TimeSpan.FromSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            if (metadata.Number("generation") is { } generation and > 0)
                metadata["generation"] = generation + 1;
            request.Kind.Strategy.PrepareForDelete(obj);
            return;
        }
        if (grace >= (metadata.Number("deletionGracePeriodSeconds") ?? 0) || (options.GracePeriodSeconds is null && grace > 0))
            return;
        // A later delete may shorten the grace period, never lengthen it.
        var old = metadata.Number("deletionGracePeriodSeconds") ?? 0;
        var end = DateTimeOffset.Parse(metadata.Text("deletionTimestamp")!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        metadata["deletionTimestamp"] = (end - TimeSpan.FromSeconds(old - grace)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        metadata["deletionGracePeriodSeconds"] = grace;
    }

    private static void SetFinalizers(JsonObject metadata, string? propagation)
    {
        if (propagation is null)
            return;
        var names = metadata.Items("finalizers").Select(f => f.Text()!).Where(f => f is not (OrphanFinalizer or ForegroundFinalizer)).ToList();
        if (propagation == "Orphan")
            names.Add(OrphanFinalizer);
        else if (propagation == "Foreground")
            names.Add(ForegroundFinalizer);
        if (names.Count > 0)
            metadata["finalizers"] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        else
            metadata.Remove("finalizers");
    }
}
