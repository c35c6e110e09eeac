using Weft.Model;

namespace Weft.Cni.Protocol;

/// <summary>What an ADD made, in the shape of the newest version; <see cref="CniResultJson"/> converts to and from the older ones.</summary>
public sealed record CniResult
{
    /// <summary>The interfaces that exist for this attachment, host side and container side.</summary>
    public EquatableArray<CniInterface> Interfaces { get; init; }

    /// <summary>The addresses, each on one of <see cref="Interfaces"/>.</summary>
    public EquatableArray<CniAddress> Addresses { get; init; }

    /// <summary>The routes inside the container.</summary>
    public EquatableArray<CniRoute> Routes { get; init; }

    /// <summary>Resolver settings for the container.</summary>
    public CniDns Dns { get; init; } = CniDns.Empty;
}

/// <summary>An interface of a result.</summary>
/// <param name="Name">Its name.</param>
public sealed record CniInterface(string Name)
{
    /// <summary>Hardware address, as text.</summary>
    public string? Mac { get; init; }

    /// <summary>MTU in bytes; null when unknown (1.1.0).</summary>
    public int? Mtu { get; init; }

    /// <summary>Path of the network namespace that it is in; null for the host's.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Absolute path of a socket file that belongs to it (1.1.0).</summary>
    public string? SocketPath { get; init; }

    /// <summary>Its PCI device (1.1.0).</summary>
    public string? PciId { get; init; }
}

/// <summary>An address of a result.</summary>
/// <param name="Address">The address itself, host bits included.</param>
/// <param name="PrefixLength">Length of its subnet.</param>
public sealed record CniAddress(IpAddress Address, int PrefixLength)
{
    /// <summary>Index into <see cref="CniResult.Interfaces"/>.</summary>
    public int? Interface { get; init; }

    /// <summary>The subnet's gateway.</summary>
    public IpAddress? Gateway { get; init; }

    /// <summary>The subnet.</summary>
    public IpPrefix Subnet => new(Address, PrefixLength);

    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength}";
}

/// <summary>A route of a result.</summary>
/// <param name="Destination">Where to.</param>
public sealed record CniRoute(IpPrefix Destination)
{
    /// <summary>Next hop; null means the gateway of the first address of the family.</summary>
    public IpAddress? Gateway { get; init; }

    /// <summary>MTU of the path (1.1.0).</summary>
    public int? Mtu { get; init; }

    /// <summary>Maximum segment size to advertise (1.1.0).</summary>
    public int? AdvMss { get; init; }

    /// <summary>Metric: lower wins (1.1.0).</summary>
    public int? Priority { get; init; }

    /// <summary>Routing table (1.1.0).</summary>
    public int? Table { get; init; }

    /// <summary>Scope: 0 global, 253 link, 254 host (1.1.0).</summary>
    public int? Scope { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Gateway is { } gateway ? $"{Destination} via {gateway}" : $"{Destination}";
}

/// <summary>Resolver settings, as in resolv.conf(5).</summary>
public sealed record CniDns
{
    /// <summary>Nothing set.</summary>
    public static CniDns Empty { get; } = new();

    /// <summary>Servers, in order of preference.</summary>
    public EquatableArray<string> Nameservers { get; init; }

    /// <summary>The local domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Search list for short names.</summary>
    public EquatableArray<string> Search { get; init; }

    /// <summary>Options for the resolver.</summary>
    public EquatableArray<string> Options { get; init; }

    /// <summary>Whether nothing is set.</summary>
    public bool IsEmpty => this == Empty;
}
