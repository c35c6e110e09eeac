using Weft.Model.Links;
using Weft.Model.Routes;

namespace Weft.Netlink;

/// <summary>What a watcher wants to hear of.</summary>
[Flags]
public enum NetworkTopics
{
    None = 0,
    Links = 1,
    Addresses = 2,
    Routes = 4,
    Neighbours = 8,
    All = Links | Addresses | Routes | Neighbours,
}

/// <summary>Something changed in a network namespace.</summary>
public abstract record NetworkChange
{
    private NetworkChange()
    {
    }

    /// <summary>A link is new or changed, or <paramref name="Removed"/>.</summary>
    public sealed record OfLink(Link Link, bool Removed) : NetworkChange;

    /// <summary>An address is new or changed, or <paramref name="Removed"/>.</summary>
    public sealed record OfAddress(InterfaceAddress Address, bool Removed) : NetworkChange;

    /// <summary>A route is new or changed, or <paramref name="Removed"/>.</summary>
    public sealed record OfRoute(Route Route, bool Removed) : NetworkChange;

    /// <summary>A neighbour is new or changed, or <paramref name="Removed"/>.</summary>
    public sealed record OfNeighbour(Neighbour Neighbour, bool Removed) : NetworkChange;

    /// <summary>Changes may have been missed (at the beginning, and after ENOBUFS): list everything anew.</summary>
    public sealed record Resync : NetworkChange;
}
