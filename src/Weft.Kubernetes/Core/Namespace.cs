using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>A scope of names.</summary>
public sealed record Namespace : KubeObject<Namespace>, IKubeObject<Namespace>
{
    public static ResourceType Resource { get; } = new("", "v1", "namespaces", "Namespace", Namespaced: false);
    public NamespaceSpec? Spec { get; init; }
    public NamespaceStatus? Status { get; init; }
}

/// <summary>What must be done before a namespace may go.</summary>
public sealed record NamespaceSpec
{
    public EquatableArray<string> Finalizers { get; init; }
}

/// <summary>Whether a namespace is <c>Active</c> or <c>Terminating</c>.</summary>
public sealed record NamespaceStatus
{
    public string? Phase { get; init; }
    public EquatableArray<Condition> Conditions { get; init; }
}
