using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.OpenApi;

/// <summary>The OpenAPI v3 document of one group and version, with what kubectl looks for in it.</summary>
/// <remarks>
/// kubectl reads: the schemas and their merge keys (apply), <c>fieldValidation</c> among the parameters of PATCH (validation by the
/// server), the content types of PATCH, and the kind of each path (explain).
/// </remarks>
internal static class OpenApiV3
{
    private static readonly string[] PatchTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    public static JsonObject Document(string apiVersion)
    {
        var types = new OpenApiTypes("#/components/schemas/");
        var paths = new JsonObject();
        foreach (var kind in SchemaLibrary.Kinds(apiVersion))
        {
            if (kind.Bare)
                types.Reference(kind);
            else
                AddPaths(paths, kind, types);
        }
        types.Reference(SchemaLibrary.Type("meta.Status"));
        types.Reference(SchemaLibrary.Type("meta.DeleteOptions"));
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "unversioned" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = types.ToJson() },
        };
    }

    private static void AddPaths(JsonObject paths, SchemaType kind, OpenApiTypes types)
    {
        var collection = ResourcePaths.Collection(kind);
        var list = types.ListReference(kind);
        paths[collection] = new JsonObject
        {
            ["get"] = Operation("list", kind, list),
            ["post"] = Operation("post", kind, types.Reference(kind), "application/json"),
            ["parameters"] = PathParameters(kind, named: false),
        };
        paths[collection + "/{name}"] = Item(kind, types);
        if (kind.Field("status") is not null)
            paths[collection + "/{name}/status"] = Item(kind, types);
        if (ResourcePaths.AllNamespaces(kind) is { } all)
            paths[all] = new JsonObject { ["get"] = Operation("list", kind, list.DeepClone().AsObject()) };
    }

    private static JsonObject Item(SchemaType kind, OpenApiTypes types) => new()
    {
        ["get"] = Operation("get", kind, types.Reference(kind)),
        ["put"] = Operation("put", kind, types.Reference(kind), "application/json"),
        ["patch"] = Operation("patch", kind, types.Reference(kind), PatchTypes),
        ["delete"] = Operation("delete", kind, types.Reference(SchemaLibrary.Type("meta.Status"))),
        ["parameters"] = PathParameters(kind, named: true),
    };

    private static JsonObject Operation(string action, SchemaType kind, JsonObject result, params string[] bodyTypes)
    {
        var operation = new JsonObject
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiTypes.GroupVersionKind(kind.Kind!),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = result } },
                },
            },
        };
        if (bodyTypes.Length == 0)
            return operation;
        operation["parameters"] = new JsonArray(Query("dryRun"), Query("fieldManager"), Query("fieldValidation"));
        var content = new JsonObject();
        foreach (var type in bodyTypes)
            content[type] = new JsonObject { ["schema"] = type == "application/json" ? result.DeepClone() : new JsonObject { ["type"] = "object" } };
        operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = content };
        return operation;
    }

    private static JsonArray PathParameters(SchemaType kind, bool named)
    {
        var parameters = new JsonArray();
        if (named)
            parameters.Add((JsonNode)InPath("name"));
        if (!kind.ClusterScoped)
            parameters.Add((JsonNode)InPath("namespace"));
        return parameters;
    }

    private static JsonObject InPath(string name) => Parameter(name, "path", required: true);

    private static JsonObject Query(string name) => Parameter(name, "query", required: false);

    private static JsonObject Parameter(string name, string place, bool required)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true } };
        if (required)
            parameter["required"] = true;
        return parameter;
    }
}
