using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>One pass over an object that checks JSON types, removes what the schema does not know, and sets defaults.</summary>
/// <remarks>Stands for upstream's decoding into Go structs followed by its defaulting functions; nulls count as missing, as there.</remarks>
internal sealed class Decoder
{
    private readonly FieldPath _path = new();
    private List<string>? _unknown;

    /// <summary>Every unknown field, as <c>unknown field "spec.foo"</c>.</summary>
    public IReadOnlyList<string> Unknown => _unknown ?? [];

    /// <summary>The first value that does not fit its type, in the words of Go's decoder.</summary>
    public string? TypeError { get; private set; }

    public void Decode(JsonObject obj, SchemaType type)
    {
        for (var i = 0; i < obj.Count && TypeError is null;)
        {
            var (name, value) = obj.GetAt(i);
            if (type.Field(name) is not { } field)
            {
                (_unknown ??= []).Add($"unknown field \"{_path.With(name)}\"");
                obj.RemoveAt(i);
                continue;
            }
            if (value is null)
            {
                obj.RemoveAt(i);
                continue;
            }
            _path.Push(name);
            if (DecodeValue(value, field.Shape, type) is { } replacement)
                obj.SetAt(i, replacement);
            _path.Pop();
            i++;
        }
        if (TypeError is null)
            SetDefaults(obj, type);
    }

    private void SetDefaults(JsonObject obj, SchemaType type)
    {
        foreach (var field in type.Defaulted)
        {
            if (obj.ContainsKey(field.Name))
                continue;
            var value = field.Default!.DeepClone();
            if (value is JsonObject inner)
                Decode(inner, field.Shape.Type);
            obj[field.Name] = value;
        }
        type.Rules?.Default?.Invoke(obj);
    }

    /// <returns>A value to store instead, or null when this one stays.</returns>
    private JsonNode? DecodeValue(JsonNode value, Shape shape, SchemaType owner)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Any:
                return null;
            case ShapeKind.Object when value is JsonObject obj:
                Decode(obj, shape.Type);
                return null;
            case ShapeKind.Map when value is JsonObject map:
                DecodeMap(map, shape.Item!, owner);
                return null;
            case ShapeKind.List when value is JsonArray list:
                DecodeList(list, shape.Item!, owner);
                return null;
            case ShapeKind.Object or ShapeKind.Map or ShapeKind.List:
                Mismatch(value, shape, owner);
                return null;
            default:
                return DecodeScalar(value, shape, owner);
        }
    }

    private void DecodeMap(JsonObject map, Shape item, SchemaType owner)
    {
        for (var i = 0; i < map.Count && TypeError is null; i++)
        {
            var (_, value) = map.GetAt(i);
            if (value is null)
                map.SetAt(i, Zero(item));
            else if (DecodeValue(value, item, owner) is { } replacement)
                map.SetAt(i, replacement);
        }
    }

    private void DecodeList(JsonArray list, Shape item, SchemaType owner)
    {
        for (var i = 0; i < list.Count && TypeError is null; i++)
        {
            _path.Push(i);
            var value = list[i];
            if (value is null)
                list[i] = value = Zero(item);
            if (DecodeValue(value, item, owner) is { } replacement)
                list[i] = replacement;
            _path.Pop();
        }
    }

    private JsonNode? DecodeScalar(JsonNode value, Shape shape, SchemaType owner)
    {
        var kind = value.GetValueKind();
        switch (shape.Kind)
        {
            case ShapeKind.String when kind == JsonValueKind.String:
            case ShapeKind.Bool when kind is JsonValueKind.True or JsonValueKind.False:
            case ShapeKind.Number when kind == JsonValueKind.Number:
            case ShapeKind.IntOrString when kind == JsonValueKind.String:
            case ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.IntOrString when kind == JsonValueKind.Number && FitsInteger(value, shape.Kind):
                return null;
            case ShapeKind.Quantity:
                return DecodeQuantity(value, kind);
            case ShapeKind.Time or ShapeKind.MicroTime when kind == JsonValueKind.String:
                TypeError ??= Times.ParseError(value.Text()!);
                return null;
            case ShapeKind.Bytes when kind == JsonValueKind.String:
                TypeError ??= Base64.ParseError(value.Text()!);
                return null;
            case ShapeKind.IntOrString:
                TypeError ??= $"json: cannot unmarshal {GoTypes.Describe(value, shape)} into Go value of type int32";
                return null;
            default:
                Mismatch(value, shape, owner);
                return null;
        }
    }

    private JsonNode? DecodeQuantity(JsonNode value, JsonValueKind kind)
    {
        var text = kind == JsonValueKind.String ? value.Text()! : value.ToJsonString();
        if (kind is JsonValueKind.String or JsonValueKind.Number && Quantity.TryParse(text, out var quantity))
        {
            var canonical = quantity.ToString();
            return kind == JsonValueKind.String && canonical == text ? null : JsonValue.Create(canonical);
        }
        TypeError ??= Quantity.ParseErrorText;
        return null;
    }

    private static bool FitsInteger(JsonNode value, ShapeKind kind) =>
        JsonScalars.TryInteger(value, out var number) && (kind == ShapeKind.Int64 || number is >= int.MinValue and <= int.MaxValue);

    private static JsonNode Zero(Shape shape) => shape.Kind switch
    {
        ShapeKind.Object or ShapeKind.Map or ShapeKind.Any => new JsonObject(),
        ShapeKind.List => new JsonArray(),
        ShapeKind.Bool => JsonValue.Create(false),
        ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.Number or ShapeKind.IntOrString => JsonValue.Create(0),
        ShapeKind.Quantity => JsonValue.Create("0"),
        ShapeKind.Time or ShapeKind.MicroTime => JsonValue.Create("0001-01-01T00:00:00Z"),
        _ => JsonValue.Create(""),
    };

    private void Mismatch(JsonNode value, Shape shape, SchemaType owner) =>
        TypeError ??= $"json: cannot unmarshal {GoTypes.Describe(value, shape)} into Go struct field "
            + $"{owner.Name}.{_path.WithoutPositions()} of type {GoTypes.NameOf(shape)}";
}
