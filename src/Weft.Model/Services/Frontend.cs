namespace Weft.Model.Services;

/// <summary>What kind of address a client connects to.</summary>
public enum FrontendKind
{
    /// <summary>A virtual address of the cluster.</summary>
    ClusterIp,

    /// <summary>An address that the Service lists and somebody routes to a node.</summary>
    ExternalIp,

    /// <summary>An address from the Service's status.</summary>
    LoadBalancerIp,

    /// <summary>A port of the node's own addresses (<see cref="ServiceTable.NodePortAddresses"/>).</summary>
    NodePort,
}

/// <summary>Where clients reach a port of a Service.</summary>
/// <param name="Kind">What kind of address.</param>
/// <param name="Address">The address; null for <see cref="FrontendKind.NodePort"/>.</param>
/// <param name="Port">The port clients connect to.</param>
public readonly record struct Frontend(FrontendKind Kind, IpAddress? Address, ushort Port)
{
    /// <summary>Whether clients outside the cluster use it, so that the external traffic policy holds.</summary>
    public bool IsExternal => Kind != FrontendKind.ClusterIp;
}
