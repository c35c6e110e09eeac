using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;

namespace Weft.ApiServer.Requests;

/// <summary>One request for objects of one kind.</summary>
/// <param name="Namespace">Null for objects of the cluster and for all namespaces.</param>
internal sealed record ResourceRequest(
    ServerState Server, HttpContext Context, ResourceKind Kind, string? Namespace, string? Name, string? Subresource)
{
    /// <summary>Fields that the body gives twice, each as a sentence.</summary>
    public IReadOnlyList<string> DuplicateFields { get; init; } = [];

    /// <summary>The text of the patch, where the request is one.</summary>
    public string? Patch { get; init; }

    public IQueryCollection Query => Context.Request.Query;

    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The namespace as stored objects have it.</summary>
    public string StoredNamespace => Namespace ?? "";

    /// <summary>Everything but the write itself.</summary>
    public bool IsDryRun => Query["dryRun"].Contains("All");

    public IObjectSchema Schema => ObjectSchemas.For(Kind.Group, Kind.Version, Kind.Kind);

    public FieldValidation FieldValidation => Query["fieldValidation"].ToString() switch
    {
        "" or "Warn" => FieldValidation.Warn,
        "Strict" => FieldValidation.Strict,
        "Ignore" => FieldValidation.Ignore,
        var other => throw Status.Invalid("meta.k8s.io", "CreateOptions", "",
            [new("FieldValueNotSupported", "fieldValidation", $"Unsupported value: \"{other}\": supported values: \"Ignore\", \"Strict\", \"Warn\"")]),
    };

    /// <summary>The object the path names.</summary>
    /// <exception cref="StatusException">404 when there is none.</exception>
    public StoredObject Find() =>
        Server.Store.Current.Of(Kind.StorageKey).Find(StoredNamespace, Name!) ?? throw Status.NotFound(Kind, Name!);

    /// <summary>A stored object in the version of this request, as a tree the caller may change.</summary>
    public JsonObject Read(StoredObject stored) => Kind.Conversion is { } conversion ? conversion.FromStorage(stored.Parse()) : stored.Parse();

    /// <summary>A stored object in the version of this request, as sent.</summary>
    public ReadOnlyMemory<byte> Bytes(StoredObject stored) => Kind.Conversion is null ? stored.Json : JsonText.Write(Read(stored));

    /// <summary>Turns a tree of this request's version into the one to store.</summary>
    public JsonObject ToStorage(JsonObject obj) => Kind.Conversion is { } conversion ? conversion.ToStorage(obj) : obj;
}
