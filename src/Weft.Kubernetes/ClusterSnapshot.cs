using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>The objects that compilers read, as they were at one moment. Order carries no meaning.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>All nodes.</summary>
    public EquatableArray<Node> Nodes { get; init; }

    /// <summary>Settings of the whole cluster: <c>kube-system/weft-config</c>, if there is one.</summary>
    public ConfigMap? Configuration { get; init; }
}
