using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas;

/// <summary>The schemas of the built-in kinds and the OpenAPI documents made from them.</summary>
public static class ObjectSchemas
{
    private static readonly ConcurrentDictionary<KindName, IObjectSchema> Known = new();

    /// <summary>The schema of a kind; one that accepts everything where the kind has none.</summary>
    public static IObjectSchema For(string group, string version, string kind) =>
        Known.GetOrAdd(new KindName(group, version, kind), name => SchemaLibrary.Find(name) is { } type ? new KindSchema(type) : new OpenSchema());

    /// <summary>The OpenAPI v3 document of one group and version. Made anew on each call: keep it.</summary>
    public static JsonObject OpenApiV3(string group, string version) =>
        OpenApi.OpenApiV3.Document(group.Length == 0 ? version : $"{group}/{version}");

    /// <summary>The OpenAPI v2 document of the whole server. Made anew on each call: keep it.</summary>
    public static JsonObject OpenApiV2() => OpenApi.OpenApiV2.Document();
}
