using System.Globalization;
using System.Text;

namespace Weft.Model.Routes;

/// <summary>One entry of a routing table.</summary>
/// <param name="Destination">Where the packets go that it is for.</param>
/// <remarks>
/// What was read from the kernel is in the form of <see cref="Canonical"/>; bring a wish into it before the two are compared.
/// </remarks>
public sealed record Route(IpPrefix Destination)
{
    /// <summary>What happens to the packets.</summary>
    public RouteType Type { get; init; } = RouteType.Unicast;

    /// <summary>The next router; null when the destination is on the link. An IPv4 route may name an IPv6 router.</summary>
    public IpAddress? Gateway { get; init; }

    /// <summary>The link by which they leave; may be null where the gateway tells, or nothing leaves.</summary>
    public string? Device { get; init; }

    /// <summary>The address that packets of this machine use as their own.</summary>
    public IpAddress? Source { get; init; }

    /// <summary>How far away the destination is; null is the usual, see <see cref="UsualScope"/>. IPv6 has none.</summary>
    public RouteScope? Scope { get; init; }

    /// <summary>The table that it is in.</summary>
    public uint Table { get; init; } = RouteTable.Main;

    /// <summary>Who made it; see <see cref="RouteProtocol"/>.</summary>
    public byte Protocol { get; init; } = RouteProtocol.Boot;

    /// <summary>The smaller one wins; 0 is the kernel's default (IPv6: 1024).</summary>
    public uint Metric { get; init; }

    /// <summary>Whether the gateway counts as reachable although no route says so.</summary>
    public bool OnLink { get; init; }

    /// <summary>Bytes of the largest packet on this way; null is the link's.</summary>
    public uint? Mtu { get; init; }

    /// <summary>Several ways, or a next-hop object: read only, the ways themselves are not shown.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>What the kernel allows only once (IPv6: once for each gateway and device).</summary>
    public RouteKey Key => new(Table, Destination, Metric);

    /// <summary>The form in which equal routes are equal records: the usual scope and metric and table are not said.</summary>
    public Route Canonical() => this with
    {
        Scope = Scope == UsualScope || Destination.IsV6 ? null : Scope,
        Metric = Destination.IsV6 && Metric == DefaultMetricV6 ? 0 : Metric,
        Device = Discards ? null : Device,
        Table = Table == 0 ? RouteTable.Main : Table,
    };

    /// <summary>The metric that the kernel gives IPv6 routes that name none (IP6_RT_PRIO_USER).</summary>
    public const uint DefaultMetricV6 = 1024;

    /// <summary>Whether packets end here: blackhole, unreachable, prohibit, throw.</summary>
    public bool Discards => Type is RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit or RouteType.Throw;

    /// <summary>The scope that holds when <see cref="Scope"/> is null, as in iproute2: host for local, link without a gateway, else global.</summary>
    public RouteScope UsualScope => Type switch
    {
        RouteType.Local => RouteScope.Host,
        RouteType.Broadcast or RouteType.Anycast => RouteScope.Link,
        RouteType.Unicast when Gateway is null && !Destination.IsV6 && !IsMultipath => RouteScope.Link,
        _ => RouteScope.Global,
    };

    /// <summary>In the manner of <c>ip route</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Type != RouteType.Unicast)
            text.Append(CultureInfo.InvariantCulture, $"{Type.ToString().ToLowerInvariant()} ");
        text.Append(CultureInfo.InvariantCulture, $"{Destination}");
        if (Gateway is { } gateway)
            text.Append(CultureInfo.InvariantCulture, $" via {gateway}");
        if (Device is not null)
            text.Append(CultureInfo.InvariantCulture, $" dev {Device}");
        if (Table != RouteTable.Main)
            text.Append(CultureInfo.InvariantCulture, $" table {Table}");
        if (Source is { } source)
            text.Append(CultureInfo.InvariantCulture, $" src {source}");
        if (Metric != 0)
            text.Append(CultureInfo.InvariantCulture, $" metric {Metric}");
        return OnLink ? text.Append(" onlink").ToString() : text.ToString();
    }
}

/// <summary>What a routing table holds only once.</summary>
/// <param name="Table">The table.</param>
/// <param name="Destination">The destination.</param>
/// <param name="Metric">The metric, 0 for the default.</param>
public readonly record struct RouteKey(uint Table, IpPrefix Destination, uint Metric);
