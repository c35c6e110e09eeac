using Weft.Model;

namespace Weft.Lab.Nodes;

/// <summary>What one node of a lab is to be.</summary>
public sealed record LabNodeOptions
{
    /// <summary>Its name: the Node object's and the host name.</summary>
    public required string Name { get; init; }

    /// <summary>Its places on the underlay, one per address family, the main one first.</summary>
    public required EquatableArray<UnderlayPlace> Underlay { get; init; }

    /// <summary>The bridge in our own network namespace that the node is plugged into; null leaves it without a cable.</summary>
    public string? Bridge { get; init; } = "underlay";

    /// <summary>The folder of CNI plugins, which the node shows at /opt/cni/bin.</summary>
    public required string CniBinDir { get; init; }

    /// <summary>Where the node keeps files on the host, such as its containers' logs; visible inside the node under the same path.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Where the native binary lies.</summary>
    public required Installation Installation { get; init; }
}

/// <summary>Where a node stands on the underlay, in one address family.</summary>
/// <param name="Address">Its address, an InternalIP of the Node.</param>
/// <param name="Prefix">The underlay's range, which gives the address its prefix length.</param>
/// <param name="Gateway">The underlay's router, where everything else goes.</param>
public sealed record UnderlayPlace(IpAddress Address, IpPrefix Prefix, IpAddress Gateway);
