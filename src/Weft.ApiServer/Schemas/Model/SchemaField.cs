using System.Text.Json.Nodes;

namespace Weft.ApiServer.Schemas.Model;

/// <summary>How much of a value is required.</summary>
internal enum Requirement
{
    Optional,

    /// <summary>Said to be required in OpenAPI; the zero value is accepted all the same.</summary>
    Documented,

    /// <summary>Missing or empty is an error.</summary>
    Enforced,
}

/// <summary>How server-side apply sees a list or map as a whole.</summary>
internal enum ListType
{
    Default,
    Atomic,
    Set,
    Map,
}

/// <summary>One field of a <see cref="SchemaType"/>.</summary>
/// <param name="Name">The JSON name.</param>
internal sealed record SchemaField(string Name, Shape Shape)
{
    public string? Description { get; init; }

    public Requirement Requirement { get; init; }

    /// <summary>Set where the field is missing; copy before use.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>The allowed values, in the order in which errors list them.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    public long? Minimum { get; init; }

    /// <summary>Name of a check in <see cref="Validation.Formats"/>.</summary>
    public string? Check { get; init; }

    /// <summary>A strategic merge patch merges this list instead of replacing it.</summary>
    public bool PatchMerge { get; init; }

    /// <summary>The field that identifies an item of a merged list of objects.</summary>
    public string? MergeKey { get; init; }

    public bool RetainKeys { get; init; }

    public ListType ListType { get; init; }

    public IReadOnlyList<string> ListKeys { get; init; } = [];
}
