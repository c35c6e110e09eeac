namespace Weft.ApiServer.Schemas.Model;

/// <summary>What a JSON value may be.</summary>
internal enum ShapeKind
{
    Any,
    Object,
    Map,
    List,
    String,
    Bool,
    Int32,
    Int64,
    Number,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    Bytes,
}

/// <summary>The shape of a value: a scalar, an object of a named type, or a list or map of another shape.</summary>
/// <remarks>Types refer to each other in circles and across files, so a name is resolved on first use.</remarks>
internal sealed class Shape
{
    private static readonly Dictionary<string, Shape> Scalars = new(StringComparer.Ordinal)
    {
        ["any"] = new(ShapeKind.Any),
        ["string"] = new(ShapeKind.String),
        ["bool"] = new(ShapeKind.Bool),
        ["int32"] = new(ShapeKind.Int32),
        ["int64"] = new(ShapeKind.Int64),
        ["number"] = new(ShapeKind.Number),
        ["quantity"] = new(ShapeKind.Quantity),
        ["intOrString"] = new(ShapeKind.IntOrString),
        ["time"] = new(ShapeKind.Time),
        ["microTime"] = new(ShapeKind.MicroTime),
        ["bytes"] = new(ShapeKind.Bytes),
    };

    private readonly Lazy<SchemaType>? _type;

    private Shape(ShapeKind kind) => Kind = kind;

    private Shape(ShapeKind kind, Shape item)
    {
        Kind = kind;
        Item = item;
    }

    private Shape(Lazy<SchemaType> type)
    {
        Kind = ShapeKind.Object;
        _type = type;
    }

    public ShapeKind Kind { get; }

    /// <summary>The shape of the items of a list or map.</summary>
    public Shape? Item { get; }

    /// <summary>The type of an object.</summary>
    public SchemaType Type => _type?.Value ?? throw new InvalidOperationException("only objects have a type");

    public static Shape? Scalar(string name) => Scalars.GetValueOrDefault(name);

    public static Shape ListOf(Shape item) => new(ShapeKind.List, item);

    public static Shape MapOf(Shape item) => new(ShapeKind.Map, item);

    public static Shape ObjectOf(Func<SchemaType> resolve) => new(new Lazy<SchemaType>(resolve));

    public static Shape ObjectOf(SchemaType type) => new(new Lazy<SchemaType>(type));
}
