namespace Weft.Model.Services;

/// <summary>One port of one Service in one address family.</summary>
public sealed record ProxiedPort
{
    /// <summary>Which Service and port, and the protocol.</summary>
    public required ServicePortName Name { get; init; }

    /// <summary>Family of all its addresses.</summary>
    public required bool IsV6 { get; init; }

    /// <summary>Where clients connect; sorted by kind, address, port.</summary>
    public required EquatableArray<Frontend> Frontends { get; init; }

    /// <summary>Who serves when any endpoint may: ready ones of this node's topology, or, when there are none, terminating ones that still serve. Sorted.</summary>
    public required EquatableArray<Backend> ClusterBackends { get; init; }

    /// <summary>Who serves when only endpoints of this node may, chosen likewise. Sorted.</summary>
    public required EquatableArray<Backend> LocalBackends { get; init; }

    /// <summary>Whether the cluster has endpoints at all: without, connections are refused; where only local ones are missing, they are dropped.</summary>
    public bool HasAnyBackend { get; init; }

    /// <summary>Whether connections to the cluster IP stay on the node (<c>internalTrafficPolicy: Local</c>).</summary>
    public bool InternalLocal { get; init; }

    /// <summary>
    /// Whether connections from outside stay on the node and keep the client's address (<c>externalTrafficPolicy: Local</c>). Pods and the node itself
    /// that use an external address are served as if from inside.
    /// </summary>
    public bool ExternalLocal { get; init; }

    /// <summary>For how many seconds after its last connection a client keeps its endpoint; 0 for no affinity.</summary>
    public int AffinitySeconds { get; init; }

    /// <summary>Who may use the load balancer's addresses; empty for everybody. Of this family only.</summary>
    public EquatableArray<IpPrefix> SourceRanges { get; init; }

    /// <summary>Whether source ranges were given: with none of this family, nobody may.</summary>
    public bool RestrictsSources { get; init; }

    /// <summary>Who serves a frontend when its client is outside the cluster, or for a cluster IP, anywhere.</summary>
    public EquatableArray<Backend> BackendsOf(Frontend frontend) =>
        (frontend.IsExternal ? ExternalLocal : InternalLocal) ? LocalBackends : ClusterBackends;
}
