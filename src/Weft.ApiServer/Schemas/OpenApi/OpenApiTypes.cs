using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.OpenApi;

/// <summary>Turns schema types into the schemas of an OpenAPI document, adding whatever they refer to.</summary>
/// <param name="refPrefix"><c>#/components/schemas/</c> in version 3, <c>#/definitions/</c> in version 2.</param>
internal sealed class OpenApiTypes(string refPrefix)
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string QuantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private readonly bool _v2 = refPrefix.Contains("definitions", StringComparison.Ordinal);
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    /// <summary>A reference to <paramref name="type"/>, which is in the document from now on.</summary>
    public JsonObject Reference(SchemaType type)
    {
        if (!_schemas.ContainsKey(type.OpenApiName))
        {
            var schema = new JsonObject();
            _schemas[type.OpenApiName] = schema;
            Fill(schema, type);
        }
        return Reference(type.OpenApiName);
    }

    /// <summary>A reference to the list of <paramref name="kind"/>.</summary>
    public JsonObject ListReference(SchemaType kind)
    {
        var name = kind.OpenApiName + "List";
        _schemas[name] = new JsonObject
        {
            ["description"] = $"A list of {kind.Name} objects.",
            ["type"] = "object",
            ["required"] = new JsonArray("items"),
            ["properties"] = new JsonObject
            {
                ["apiVersion"] = new JsonObject { ["type"] = "string" },
                ["items"] = new JsonObject { ["type"] = "array", ["items"] = Reference(kind) },
                ["kind"] = new JsonObject { ["type"] = "string" },
                ["metadata"] = Reference(SchemaLibrary.Type("meta.ListMeta")),
            },
            ["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(kind.Kind! with { Kind = kind.Name + "List" })),
        };
        return Reference(name);
    }

    /// <summary>All schemas that were asked for and what they refer to, by name.</summary>
    public JsonObject ToJson() => new(_schemas.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)));

    public static JsonObject GroupVersionKind(KindName kind) => new() { ["group"] = kind.Group, ["kind"] = kind.Kind, ["version"] = kind.Version };

    private void Fill(JsonObject schema, SchemaType type)
    {
        if (type.Description is { } description)
            schema["description"] = description;
        schema["type"] = "object";
        var required = type.Fields.Where(f => f.Requirement != Requirement.Optional).Select(f => (JsonNode)f.Name).ToArray();
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        var properties = new JsonObject();
        foreach (var field in type.Fields)
            properties[field.Name] = Property(field);
        schema["properties"] = properties;
        if (type.Kind is { } kind)
            schema["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(kind));
        if (type.Atomic)
            schema["x-kubernetes-map-type"] = "atomic";
    }

    private JsonObject Property(SchemaField field)
    {
        var property = Schema(field.Shape);
        // Version 3 ignores what stands beside a $ref.
        if (!_v2 && property.ContainsKey("$ref") && field.Description is not null)
            property = new JsonObject { ["allOf"] = new JsonArray(property) };
        if (field.Description is { } description)
            property["description"] = description;
        if (field.Default is { } value && field.Shape.Kind != ShapeKind.Object)
            property["default"] = value.DeepClone();
        if (field.Values is { } values)
            property["enum"] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        ListExtensions(property, field);
        PatchExtensions(property, field);
        return property;
    }

    private static void ListExtensions(JsonObject property, SchemaField field)
    {
        if (field.ListType == ListType.Default)
            return;
        if (field.Shape.Kind != ShapeKind.List)
        {
            property["x-kubernetes-map-type"] = "atomic";
            return;
        }
        property["x-kubernetes-list-type"] = field.ListType.ToString().ToLowerInvariant();
        if (field.ListKeys.Count > 0)
            property["x-kubernetes-list-map-keys"] = new JsonArray([.. field.ListKeys.Select(k => (JsonNode)k)]);
    }

    private static void PatchExtensions(JsonObject property, SchemaField field)
    {
        if (field.MergeKey is { } key)
            property["x-kubernetes-patch-merge-key"] = key;
        string[] strategies = [.. field.PatchMerge ? ["merge"] : Array.Empty<string>(), .. field.RetainKeys ? ["retainKeys"] : Array.Empty<string>()];
        if (strategies.Length > 0)
            property["x-kubernetes-patch-strategy"] = string.Join(',', strategies);
    }

    private JsonObject Schema(Shape shape) => shape.Kind switch
    {
        ShapeKind.Object => Reference(shape.Type),
        ShapeKind.List => new JsonObject { ["type"] = "array", ["items"] = Schema(shape.Item!) },
        ShapeKind.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(shape.Item!) },
        ShapeKind.Any => new JsonObject { ["type"] = "object" },
        ShapeKind.Bool => new JsonObject { ["type"] = "boolean" },
        ShapeKind.Int32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        ShapeKind.Int64 => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        ShapeKind.Number => new JsonObject { ["type"] = "number", ["format"] = "double" },
        ShapeKind.Bytes => new JsonObject { ["type"] = "string", ["format"] = "byte" },
        ShapeKind.Time => Named(Meta + "Time", "date-time"),
        ShapeKind.MicroTime => Named(Meta + "MicroTime", "date-time"),
        ShapeKind.Quantity => Union(QuantityName, null, "string", "number"),
        ShapeKind.IntOrString => Union(IntOrStringName, "int-or-string", "integer", "string"),
        _ => new JsonObject { ["type"] = "string" },
    };

    private JsonObject Named(string name, string format)
    {
        _schemas.TryAdd(name, new JsonObject { ["type"] = "string", ["format"] = format });
        return Reference(name);
    }

    private JsonObject Union(string name, string? format, string first, string second)
    {
        var schema = new JsonObject();
        if (_v2)
            schema["type"] = "string";
        else
            schema["oneOf"] = new JsonArray(new JsonObject { ["type"] = first }, new JsonObject { ["type"] = second });
        if (format is not null)
            schema["format"] = format;
        _schemas.TryAdd(name, schema);
        return Reference(name);
    }

    private JsonObject Reference(string name) => new() { ["$ref"] = refPrefix + name };
}
