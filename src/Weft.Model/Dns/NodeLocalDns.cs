namespace Weft.Model.Dns;

/// <summary>Where nodes answer cluster DNS unless settings say otherwise.</summary>
public static class NodeLocalDns
{
    /// <summary>The port of DNS, by UDP and TCP (RFC 1035, section 4.2).</summary>
    public const ushort Port = 53;

    private static readonly IpAddress V4 = IpAddress.Parse("169.254.20.10"), V6 = IpAddress.Parse("fd00:169:254:20::10");

    /// <summary>Both addresses.</summary>
    public static EquatableArray<IpAddress> Addresses { get; } = [V4, V6];

    /// <summary>The address of a family that is the same on every node, and is answered on the node itself.</summary>
    /// <remarks>IPv4: link-local, as node-local caches have it. IPv6: unique local and not link-local, so that a resolver needs no interface to it (RFC 4193).</remarks>
    public static IpAddress Of(bool v6) => v6 ? V6 : V4;
}
