using System.Text.Json.Nodes;
using Weft.ApiServer.Schemas.Model;

namespace Weft.Tests.Schemas;

/// <summary>Makes objects from a schema: one with every field, or random ones.</summary>
internal static class SchemaSample
{
    /// <summary>An object with every field of the schema, lists and maps with one entry.</summary>
    public static JsonObject Full(SchemaType type) => new(type.Fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)Full(f))));

    /// <summary>A random object with some of the fields.</summary>
    /// <param name="odd">Some fields are of a wrong type or unknown.</param>
    public static JsonObject Random(SchemaType type, Random random, bool odd, int depth = 0)
    {
        var obj = new JsonObject();
        foreach (var field in type.Fields)
        {
            if (random.NextDouble() < (depth < 3 ? 0.4 : 0.15))
                obj[field.Name] = odd && random.NextDouble() < 0.02 ? Odd(random) : Random(field, field.Shape, random, odd, depth);
        }
        if (odd && random.NextDouble() < 0.1)
            obj["unknown"] = Odd(random);
        return obj;
    }

    private static JsonNode Full(SchemaField field) => Full(field, field.Shape);

    private static JsonNode Full(SchemaField field, Shape shape) => shape.Kind switch
    {
        ShapeKind.Object => Full(shape.Type),
        ShapeKind.List => new JsonArray(Full(field, shape.Item!)),
        ShapeKind.Map => new JsonObject { ["key"] = Full(field, shape.Item!) },
        _ => Scalar(field, shape),
    };

    private static JsonNode? Random(SchemaField field, Shape shape, Random random, bool odd, int depth) => shape.Kind switch
    {
        ShapeKind.Object => Random(shape.Type, random, odd, depth + 1),
        ShapeKind.List => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Random(field, shape.Item!, random, odd, depth + 1))]),
        ShapeKind.Map => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i => KeyValuePair.Create($"key{i}", Random(field, shape.Item!, random, odd, depth + 1)))),
        ShapeKind.Quantity => (string[])["1", "500m", "0.1", "1024Mi", "1e3", "0"] is var amounts ? amounts[random.Next(amounts.Length)] : null,
        ShapeKind.Int32 or ShapeKind.Int64 => random.Next(-1, 5),
        ShapeKind.String when field.Values is { } values => values[random.Next(values.Count)],
        ShapeKind.String => $"{(char)('a' + random.Next(4))}",
        _ => Scalar(field, shape),
    };

    private static JsonNode Scalar(SchemaField field, Shape shape) => shape.Kind switch
    {
        ShapeKind.Bool => true,
        ShapeKind.Int32 or ShapeKind.Int64 or ShapeKind.IntOrString => 1,
        ShapeKind.Number => 1.5,
        ShapeKind.Quantity => "1",
        ShapeKind.Time => "2026-01-02T03:04:05Z",
        ShapeKind.MicroTime => "2026-01-02T03:04:05.000006Z",
        ShapeKind.Bytes => "eA==",
        ShapeKind.Any => new JsonObject { ["anything"] = new JsonObject() },
        _ => field.Values is { } values ? values[0] : "x",
    };

    private static JsonNode? Odd(Random random) => random.Next(5) switch
    {
        0 => null,
        1 => new JsonArray("x", null, 1),
        2 => new JsonObject { ["x"] = new JsonObject() },
        3 => 1e300,
        _ => "x",
    };
}
