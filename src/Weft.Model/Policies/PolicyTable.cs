namespace Weft.Model.Policies;

/// <summary>What one node enforces of the cluster's policies.</summary>
public sealed record PolicyTable
{
    /// <summary>Nothing selected: everything passes.</summary>
    public static PolicyTable Empty { get; } = new();

    /// <summary>Pods of this node that a policy selects in at least one direction, one entry per address, sorted by address.</summary>
    public EquatableArray<PolicedPod> Pods { get; init; }

    /// <summary>
    /// Who peers are, as far as a rule of this table tells them apart; sorted, the longest prefix decides. Pods are single addresses; a block of an
    /// <c>ipBlock</c> names everybody in it whom no longer prefix names.
    /// </summary>
    public EquatableArray<Peer> Peers { get; init; }

    /// <summary>
    /// Who single addresses were by domain names that they do not have any more, where that is somebody else than in <see cref="Peers"/>; sorted. It holds for
    /// connections that stand, not for new ones (policy.networking.k8s.io: a record that expires ends no connection).
    /// </summary>
    public EquatableArray<Peer> PastPeers { get; init; }

    /// <summary>Addresses of this node: what comes from them to its own pods is let through (kubelet probes; networking.k8s.io/v1 leaves it to us).</summary>
    public EquatableArray<IpAddress> NodeAddresses { get; init; }
}

/// <summary>A pod that policies select, at one of its addresses.</summary>
/// <param name="Address">The address.</param>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Name">Its name.</param>
public sealed record PolicedPod(IpAddress Address, string Namespace, string Name)
{
    /// <summary>What it accepts; null for everything.</summary>
    public PolicyClass? Ingress { get; init; }

    /// <summary>What it opens; null for everything.</summary>
    public PolicyClass? Egress { get; init; }

    /// <summary>What it would accept if policies under audit were enforced; null when none is.</summary>
    public PolicyClass? AuditedIngress { get; init; }

    /// <summary>What it would open if policies under audit were enforced; null when none is.</summary>
    public PolicyClass? AuditedEgress { get; init; }

    /// <summary>The class of a direction.</summary>
    /// <param name="direction">As the pod sees it.</param>
    /// <param name="audited">Whether policies under audit count.</param>
    public PolicyClass? ClassOf(PolicyDirection direction, bool audited = false) => (direction, audited) switch
    {
        (PolicyDirection.Ingress, false) => Ingress,
        (PolicyDirection.Ingress, true) => AuditedIngress,
        (_, false) => Egress,
        _ => AuditedEgress,
    };
}

/// <summary>Addresses and who they are.</summary>
/// <param name="Range">One address of a pod or node, or a block.</param>
/// <param name="Identity">Who that is to the rules.</param>
public sealed record Peer(IpPrefix Range, PeerIdentity Identity);

/// <summary>As seen by the pod that a policy selects.</summary>
public enum PolicyDirection : byte
{
    /// <summary>Connections that the pod accepts.</summary>
    Ingress,

    /// <summary>Connections that the pod opens.</summary>
    Egress,
}
