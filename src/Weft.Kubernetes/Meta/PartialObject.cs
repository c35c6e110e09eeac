namespace Weft.Kubernetes;

/// <summary>Any object, of which only the metadata is kept: for what concerns owners and deletion, the kind does not matter.</summary>
public sealed record PartialObject : IKubeObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }

    /// <inheritdoc/>
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();
}
