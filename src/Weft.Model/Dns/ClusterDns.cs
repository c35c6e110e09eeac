namespace Weft.Model.Dns;

/// <summary>Where cluster DNS is answered unless settings say otherwise, and which Service stands for it.</summary>
public static class ClusterDns
{
    /// <summary>Namespace, name and label <c>k8s-app</c> of the Service that every cluster's DNS has.</summary>
    public const string Namespace = "kube-system", Name = "kube-dns";

    /// <summary>The port of DNS, by UDP and TCP (RFC 1035, section 4.2).</summary>
    public const ushort Port = 53;

    /// <summary>The address of a family that is the same on every node, and is answered on the node itself.</summary>
    /// <remarks>IPv4: link-local, as node-local caches have it. IPv6: unique local and not link-local, so that a resolver needs no interface to it (RFC 4193).</remarks>
    public static IpAddress Of(bool v6) => v6 ? V6 : V4;

    private static readonly IpAddress V4 = IpAddress.Parse("169.254.20.10"), V6 = IpAddress.Parse("fd00:169:254:20::10");
}
