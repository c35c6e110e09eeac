using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Writes;

/// <summary>Which part of an object a request writes.</summary>
internal enum WritePart
{
    /// <summary>Everything but <c>status</c>.</summary>
    Main,

    /// <summary>Only <c>status</c>, and annotations.</summary>
    Status,

    /// <summary>What the server's own subresources change; nothing is restored.</summary>
    Internal,
}

/// <summary>Creates and updates objects: settles what the server owns, admits, stores.</summary>
internal static class ObjectWriter
{
    private const int MaxAttempts = 50;
    private const int MaxGeneratedNames = 8;

    /// <param name="finish">Sets what the body may not carry, just before validation.</param>
    public static StoredObject Create(ResourceRequest request, JsonObject body, Action<JsonObject>? finish = null)
    {
        TypeMeta.Settle(request.Kind, body);
        SystemMetadata.CheckTypes(request.Kind, body);
        Placement.SettleForCreate(request, body);
        Placement.CheckNamespace(request);
        for (var attempt = 1; ; attempt++)
        {
            var obj = body.DeepClone().AsObject();
            var generated = GeneratedName.Apply(obj["metadata"]!.AsObject());
            var name = obj.Text("metadata", "name") ?? "";
            PrepareForCreate(request, obj, finish);
            if (TryStore(request, null, obj) is { } stored)
                return stored;
            if (!generated || attempt == MaxGeneratedNames)
                throw Status.AlreadyExists(request.Kind, name);
        }
    }

    /// <summary>Updates the object the path names.</summary>
    /// <param name="change">Makes the new object from a copy of the stored one; called again when another writer was faster.</param>
    /// <returns>The object after the request; its last state when the update let it go.</returns>
    public static StoredObject Update(ResourceRequest request, WritePart part, Func<JsonObject, JsonObject> change)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = request.Find();
            var old = request.Read(current);
            var obj = change(old.DeepClone().AsObject());
            if (part != WritePart.Internal)
                PrepareForUpdate(request, part, obj, old);
            if (JsonNode.DeepEquals(obj, old))
                return current;
            if (request.IsDryRun)
                return ObjectStore.Preview(request.Kind, request.ToStorage(obj), current.Revision);
            var stored = Deletion.IsDue(request.Kind, obj)
                ? request.Server.Store.TryDelete(request.Kind, current, request.ToStorage(obj))
                : TryStore(request, current, obj);
            if (stored is not null)
                return stored;
        }
        throw Status.Modified(request.Kind, request.Name!);
    }

    private static void PrepareForCreate(ResourceRequest request, JsonObject obj, Action<JsonObject>? finish)
    {
        var kind = request.Kind;
        var metadata = obj["metadata"]!.AsObject();
        foreach (var name in (string[])["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "managedFields"])
            metadata.Remove(name);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = request.Server.Timestamp();
        if (kind.TracksGeneration)
            metadata["generation"] = 1;
        JsonObject? status = null;
        if (kind.HasStatus)
        {
            status = obj["status"] as JsonObject;
            obj["status"] = new JsonObject();
        }
        kind.Strategy.PrepareForCreate(obj, status?.DeepClone().AsObject());
        finish?.Invoke(obj);
        kind.Strategy.Admit(obj, request.Server.Options);
        Admit(request, obj, null);
    }

    private static void PrepareForUpdate(ResourceRequest request, WritePart part, JsonObject obj, JsonObject old)
    {
        var kind = request.Kind;
        TypeMeta.Settle(kind, obj);
        SystemMetadata.CheckTypes(kind, obj);
        Placement.SettleForUpdate(request, obj, old);
        var metadata = obj["metadata"]!.AsObject();
        var oldMetadata = old["metadata"]!.AsObject();
        SystemMetadata.KeepSystemFields(metadata, oldMetadata);
        if (part == WritePart.Status)
        {
            foreach (var name in obj.Select(p => p.Key).Union(old.Select(p => p.Key)).Where(n => n is not ("status" or "metadata")).ToList())
                obj.Take(old, name);
            metadata.Take(oldMetadata, "labels");
            metadata.Take(oldMetadata, "ownerReferences");
        }
        else
        {
            if (kind.HasStatus)
                obj.Take(old, "status");
            kind.Strategy.PrepareForUpdate(obj, old);
            kind.Strategy.Admit(obj, request.Server.Options);
        }
        Admit(request, obj, old);
        if (kind.TracksGeneration && part == WritePart.Main && !SameContent(obj, old))
            metadata["generation"] = (oldMetadata.Number("generation") ?? 0) + 1;
    }

    private static void Admit(ResourceRequest request, JsonObject obj, JsonObject? old)
    {
        var result = request.Schema.Admit(obj, old, request.FieldValidation, request.DuplicateFields);
        if (request.Patch is { } patch && result.DecodeError is { } cause)
            throw Status.Invalid("", "", "", [FieldError.Invalid("patch", JsonValue.Create(patch).ToJsonString(), cause)]);
        if (result.BadRequest is { } message)
            throw Status.BadRequest(message);
        IReadOnlyList<FieldError> errors =
        [
            .. MetadataValidation.Errors(request.Kind, obj["metadata"]!.AsObject(), old?["metadata"]!.AsObject()),
            .. result.Errors,
        ];
        if (errors.Count > 0)
            throw Status.Invalid(request.Kind, obj.Text("metadata", "name") ?? obj.Text("metadata", "generateName") ?? "", errors);
        foreach (var warning in result.Warnings)
            Response.Warn(request.Context, warning);
    }

    private static StoredObject? TryStore(ResourceRequest request, StoredObject? current, JsonObject obj) =>
        request.Server.Addresses.Serves(request.Kind)
            ? request.Server.Addresses.TryStore(obj, current, () => Store(request, current, obj))
            : Store(request, current, obj);

    private static StoredObject? Store(ResourceRequest request, StoredObject? current, JsonObject obj)
    {
        if (!request.IsDryRun)
            return request.Server.Store.TryPut(request.Kind, current, request.ToStorage(obj));
        var store = request.Server.Store.Current;
        var exists = store.Of(request.Kind.StorageKey).Find(request.StoredNamespace, obj.Text("metadata", "name")!) is not null;
        return current is null && exists ? null : ObjectStore.Preview(request.Kind, request.ToStorage(obj), store.Revision);
    }

    /// <summary>Whether all but metadata and status is the same.</summary>
    private static bool SameContent(JsonObject obj, JsonObject old) =>
        obj.Select(p => p.Key).Union(old.Select(p => p.Key)).All(name =>
            name is "metadata" or "status" || JsonNode.DeepEquals(obj[name], old[name]));
}
