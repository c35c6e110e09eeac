using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;

namespace Weft.ApiServer.Writes;

/// <summary>Where an object lives: its name, namespace, identity and revision, as body and path state them.</summary>
internal static class Placement
{
    public static void SettleForCreate(ResourceRequest request, JsonObject obj)
    {
        var metadata = obj["metadata"]!.AsObject();
        SettleNamespace(request, metadata);
        if (metadata.Text("resourceVersion") is { Length: > 0 })
            throw Status.BadRequest("resourceVersion should not be set on objects to be created");
        metadata.Remove("resourceVersion");
    }

    public static void SettleForUpdate(ResourceRequest request, JsonObject obj, JsonObject old)
    {
        var metadata = obj["metadata"]!.AsObject();
        SettleNamespace(request, metadata);
        var name = metadata.Text("name") ?? "";
        if (name.Length > 0 && name != request.Name)
            throw Status.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        metadata["name"] = request.Name;
        CheckUid(request, metadata, old);
        CheckRevision(request, metadata, old);
    }

    /// <summary>Refuses to create in a namespace that does not exist or is on its way out.</summary>
    public static void CheckNamespace(ResourceRequest request)
    {
        if (request.Namespace is not { } name)
            return;
        var ns = request.Server.Store.Current.Of(NamespaceKind.Kind.StorageKey).Find("", name) ?? throw Status.NotFound(NamespaceKind.Kind, name);
        if (ns.Fields[NamespaceKind.PhaseField] != NamespaceKind.Terminating)
            return;
        throw Status.Forbidden(request.Kind, request.Name ?? "", $"unable to create new content in namespace {name} because it is being terminated",
            Status.Cause("NamespaceTerminating", $"namespace {name} is being terminated", "metadata.namespace"));
    }

    private static void SettleNamespace(ResourceRequest request, JsonObject metadata)
    {
        var given = metadata.Text("namespace") ?? "";
        if (request.Namespace is not { } ns)
        {
            metadata.Remove("namespace");
            return;
        }
        if (given.Length > 0 && given != ns)
            throw Status.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        metadata["namespace"] = ns;
    }

    private static void CheckUid(ResourceRequest request, JsonObject metadata, JsonObject old)
    {
        var uid = old.Text("metadata", "uid");
        if (metadata.Text("uid") is { Length: > 0 } given && given != uid)
            throw Status.Conflict(request.Kind, request.Name!, $"Precondition failed: UID in precondition: {given}, UID in object meta: {uid}");
    }

    private static void CheckRevision(ResourceRequest request, JsonObject metadata, JsonObject old)
    {
        var revision = old.Text("metadata", "resourceVersion");
        var given = metadata.Text("resourceVersion") ?? "";
        if (given.Length > 0 && !ulong.TryParse(given, out _))
        {
            throw Status.Invalid(request.Kind, request.Name!,
                [FieldError.Invalid("metadata.resourceVersion", $"\"{given}\"", $"strconv.ParseUint: parsing \"{given}\": invalid syntax")]);
        }
        if (given is not ("" or "0") && given != revision)
            throw Status.Modified(request.Kind, request.Name!);
        metadata["resourceVersion"] = revision;
    }
}
