using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.OpenApi;

/// <summary>The OpenAPI v2 document of all built-in kinds, for clients that do not know version 3.</summary>
internal static class OpenApiV2
{
    private static readonly string[] PatchTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    public static JsonObject Document()
    {
        var types = new OpenApiTypes("#/definitions/");
        var paths = new JsonObject();
        foreach (var kind in SchemaLibrary.ApiVersions.SelectMany(SchemaLibrary.Kinds))
        {
            var reference = types.Reference(kind);
            if (kind.Bare)
                continue;
            var collection = ResourcePaths.Collection(kind);
            paths[collection] = new JsonObject
            {
                ["get"] = Operation("list", kind, types.ListReference(kind)),
                ["post"] = Operation("post", kind, reference),
            };
            paths[collection + "/{name}"] = new JsonObject
            {
                ["get"] = Operation("get", kind, types.Reference(kind)),
                ["put"] = Operation("put", kind, types.Reference(kind)),
                ["patch"] = Operation("patch", kind, types.Reference(kind)),
            };
        }
        return new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
            ["paths"] = paths,
            ["definitions"] = types.ToJson(),
        };
    }

    private static JsonObject Operation(string action, SchemaType kind, JsonObject result)
    {
        var operation = new JsonObject
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiTypes.GroupVersionKind(kind.Kind!),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK", ["schema"] = result } },
        };
        if (action is not ("post" or "put" or "patch"))
            return operation;
        operation["parameters"] = new JsonArray([.. from name in (string[])["dryRun", "fieldManager", "fieldValidation"] select Query(name)]);
        if (action == "patch")
            operation["consumes"] = new JsonArray([.. PatchTypes.Select(t => (JsonNode)t)]);
        return operation;
    }

    private static JsonNode Query(string name) => new JsonObject { ["name"] = name, ["in"] = "query", ["type"] = "string", ["uniqueItems"] = true };
}
