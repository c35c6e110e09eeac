using Weft.Model;

namespace Weft.Lab.Nodes;

/// <summary>What one node of a lab is to be.</summary>
public sealed record LabNodeOptions
{
    /// <summary>Its name: the Node object's and the host name.</summary>
    public required string Name { get; init; }

    /// <summary>Its address on the underlay, the Node's InternalIP.</summary>
    public required IpAddress UnderlayIp { get; init; }

    /// <summary>The underlay's range, which gives the address its prefix length.</summary>
    public required IpPrefix Prefix { get; init; }

    /// <summary>The underlay's router, where everything else goes.</summary>
    public required IpAddress Gateway { get; init; }

    /// <summary>The bridge in our own network namespace that the node is plugged into; null leaves it without a cable.</summary>
    public string? Bridge { get; init; } = "underlay";

    /// <summary>The folder of CNI plugins, which the node shows at /opt/cni/bin.</summary>
    public required string CniBinDir { get; init; }

    /// <summary>Where the node keeps files on the host, such as its containers' logs; visible inside the node under the same path.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where the native binary lies.</summary>
    public required Installation Installation { get; init; }
}
