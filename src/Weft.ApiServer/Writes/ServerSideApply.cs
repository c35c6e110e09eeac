using System.Text.Json.Nodes;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Writes;

/// <summary>Server-side apply, in a simple form.</summary>
/// <remarks>
/// The applied object is merged as a strategic merge patch, so lists merge by key. What the same field manager applied before and left
/// out now is removed, down to fields of objects; items of lists stay until another way removes them. Managers are recorded in
/// <c>managedFields</c> for Apply only, and other managers' fields are taken over as <c>force=true</c> would.
/// </remarks>
internal static class ServerSideApply
{
    public static async Task HandleAsync(ResourceRequest request, WritePart part, JsonObject applied)
    {
        var manager = request.Query["fieldManager"].ToString();
        if (manager.Length == 0)
        {
            throw Status.Invalid("meta.k8s.io", "PatchOptions", "",
                [FieldError.Required("fieldManager", "is required for apply patch")]);
        }
        TypeMeta.Settle(request.Kind, applied);
        SystemMetadata.CheckTypes(request.Kind, applied);
        if (applied["metadata"]!.AsObject().ContainsKey("managedFields"))
            throw Status.BadRequest("metadata.managedFields must be nil");
        var exists = request.Server.Store.Current.Of(request.Kind.StorageKey).Find(request.StoredNamespace, request.Name!) is not null;
        if (!exists && part == WritePart.Main)
        {
            applied["metadata"]!["name"] ??= request.Name;
            var created = ObjectWriter.Create(request, applied, obj => FieldManagers.Record(obj, applied, manager, request));
            await Response.WriteObjectAsync(request, created, 201);
            return;
        }
        await Response.WriteObjectAsync(request, ObjectWriter.Update(request, part, old => Merge(request, old, applied, manager)));
    }

    private static JsonObject Merge(ResourceRequest request, JsonObject old, JsonObject applied, string manager)
    {
        var entry = FieldManagers.Entry(old, manager, request.Subresource);
        if (entry?["fieldsV1"] is JsonObject before)
            FieldManagers.RemoveForgotten(old, before, applied);
        var merged = (JsonObject)request.Schema.StrategicMerge(old, applied);
        FieldManagers.Record(merged, applied, manager, request);
        return merged;
    }
}
