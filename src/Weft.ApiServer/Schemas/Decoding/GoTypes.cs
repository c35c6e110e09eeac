using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.ApiServer.Schemas.Decoding;

/// <summary>The words of Go's JSON decoder, on which tools and users match.</summary>
internal static class GoTypes
{
    /// <summary>The Go type of a field of this shape.</summary>
    public static string NameOf(Shape shape) => shape.Kind switch
    {
        ShapeKind.Object => $"v1.{shape.Type.Name}",
        ShapeKind.List => $"[]{NameOf(shape.Item!)}",
        ShapeKind.Map when shape.Item!.Kind == ShapeKind.Quantity => "v1.ResourceList",
        ShapeKind.Map => $"map[string]{NameOf(shape.Item!)}",
        ShapeKind.Bytes => "[]uint8",
        ShapeKind.Int32 => "int32",
        ShapeKind.Int64 => "int64",
        ShapeKind.Bool => "bool",
        ShapeKind.Number => "float64",
        _ => "string",
    };

    /// <summary>What the decoder calls a value that does not fit.</summary>
    public static string Describe(JsonNode? value, Shape wanted) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.String => "string",
        JsonValueKind.Number when wanted.Kind is ShapeKind.Int32 or ShapeKind.Int64 => $"number {value.ToJsonString()}",
        JsonValueKind.Number => "number",
        _ => "null",
    };
}
