using Weft.Model.Routes;

namespace Weft.Netlink;

/// <summary>Which routes to list; the kernel does the selecting. Null settings select all.</summary>
public sealed record RouteFilter
{
    /// <summary>The routes of one table.</summary>
    public uint? Table { get; init; }

    /// <summary>The routes that one program made.</summary>
    public byte? Protocol { get; init; }

    /// <summary>The routes of one type.</summary>
    public RouteType? Type { get; init; }

    /// <summary>The routes by one link.</summary>
    public string? Device { get; init; }

    /// <summary>The routes of one family.</summary>
    public bool? IsV6 { get; init; }

    /// <summary>Whether a route is selected, for fakes and for what an old kernel did not filter.</summary>
    public bool Selects(Route route) =>
        (Table is null || Table == route.Table)
        && (Protocol is null || Protocol == route.Protocol)
        && (Type is null || Type == route.Type)
        && (Device is null || string.Equals(Device, route.Device, StringComparison.Ordinal))
        && (IsV6 is null || IsV6 == route.Destination.IsV6);
}
