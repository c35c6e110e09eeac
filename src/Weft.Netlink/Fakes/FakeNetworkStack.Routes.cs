using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Fakes;

public sealed partial class FakeNetworkStack
{
    private readonly List<Route> _routes = [];
    private readonly List<RoutingRule> _rules = [];

    /// <inheritdoc/>
    public IReadOnlyList<Route> Routes(RouteFilter? filter = null)
    {
        lock (_turn)
        {
            if (filter?.Device is { } device)
                Require(device, "list routes by");
            return [.. ConnectedRoutes().Concat(_routes).Where(route => filter?.Selects(route) != false)];
        }
    }

    /// <inheritdoc/>
    public Route Resolve(IpAddress destination)
    {
        lock (_turn)
        {
            var operation = $"find the way to {destination}";
            var best = BestRoute(destination, RouteTable.Local) ?? BestRoute(destination, RouteTable.Main) ?? throw Refuse(operation, Errno.ENETUNREACH);
            var errno = best.Type switch
            {
                RouteType.Blackhole => Errno.EINVAL,
                RouteType.Unreachable => Errno.EHOSTUNREACH,
                RouteType.Prohibit => Errno.EACCES,
                RouteType.Throw => Errno.ENETUNREACH,
                _ => 0,
            };
            return errno == 0 ? best with { Destination = IpPrefix.Host(destination) } : throw Refuse(operation, errno);
        }
    }

    /// <inheritdoc/>
    public void AddRoute(Route route)
    {
        lock (_turn)
        {
            CheckWay(route, "add route");
            if (_routes.Exists(other => Clash(other, route.Canonical())))
                throw Refuse($"add route {route}", Errno.EEXIST);
            Put(route);
        }
    }

    /// <inheritdoc/>
    public void ReplaceRoute(Route route)
    {
        lock (_turn)
        {
            CheckWay(route, "replace route");
            _routes.RemoveAll(other => other.Key == route.Canonical().Key);
            Put(route);
        }
    }

    /// <inheritdoc/>
    public bool DeleteRoute(Route route)
    {
        lock (_turn)
        {
            var wanted = route.Canonical();
            var found = _routes.Where(other => Fits(other, wanted)).OrderBy(other => other.Metric).FirstOrDefault();
            if (found is null)
                return false;
            _routes.Remove(found);
            Notify(new NetworkChange.OfRoute(found, Removed: true));
            return true;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RoutingRule> Rules()
    {
        lock (_turn)
            return [.. _rules.OrderBy(rule => rule.IsV6).ThenBy(rule => rule.Priority)];
    }

    /// <inheritdoc/>
    public void AddRule(RoutingRule rule)
    {
        lock (_turn)
        {
            if (_rules.Contains(rule))
                throw Refuse($"add rule {rule}", Errno.EEXIST);
            _rules.Add(rule);
        }
    }

    /// <inheritdoc/>
    public bool DeleteRule(RoutingRule rule)
    {
        lock (_turn)
        {
            var index = _rules.FindIndex(other => other with { Protocol = 0 } == rule with { Protocol = 0 });
            if (index >= 0)
                _rules.RemoveAt(index);
            return index >= 0;
        }
    }

    private static bool Fits(Route route, Route wanted) =>
        route.Table == wanted.Table
        && route.Destination == wanted.Destination
        && route.Type == wanted.Type
        && (wanted.Metric == 0 || wanted.Metric == route.Metric)
        && (wanted.Gateway is null || wanted.Gateway == route.Gateway)
        && (wanted.Device is null || Same(wanted.Device, route.Device));

    // IPv6 holds several routes to one destination when their ways differ.
    private static bool Clash(Route route, Route wanted) =>
        route.Key == wanted.Key && (!wanted.Destination.IsV6 || (route.Gateway == wanted.Gateway && Same(route.Device, wanted.Device)));

    private Route? BestRoute(IpAddress destination, uint table) => ConnectedRoutes()
        .Concat(_routes)
        .Where(route => route.Table == table && route.Destination.Contains(destination))
        .OrderByDescending(route => route.Destination.Length)
        .ThenBy(route => route.Metric)
        .FirstOrDefault();

    private void CheckWay(Route route, string verb)
    {
        if (route.Discards)
            return;
        var device = route.Device is null ? null : Require(route.Device, $"{verb} {route} by");
        if (device is { Up: false })
            throw Refuse($"{verb} {route}", Errno.ENETDOWN, "Nexthop device is not up");
        if (route.Gateway is not { } gateway || route.OnLink)
            return;
        var way = BestRoute(gateway, RouteTable.Main);
        if (way is not { Gateway: null } || (device is not null && !Same(way.Device, device.Name)))
            throw Refuse($"{verb} {route}", gateway.IsV6 ? Errno.EHOSTUNREACH : Errno.ENETUNREACH, "Nexthop has invalid gateway");
    }

    private void Put(Route route)
    {
        var device = route.Device ?? (route.Gateway is { } gateway ? BestRoute(gateway, RouteTable.Main)?.Device : null);
        var kept = (route with { Device = device }).Canonical();
        _routes.Add(kept);
        Notify(new NetworkChange.OfRoute(kept, Removed: false));
    }

    private void DropRoutesOf(string device, bool alsoAddresses)
    {
        _routes.RemoveAll(route => Same(route.Device, device));
        _addresses.RemoveAll(address => Same(address.Device, device) && (alsoAddresses || address.Address.IsV6));
        if (!alsoAddresses)
            return;
        _neighbours.RemoveAll(neighbour => Same(neighbour.Device, device));
        _forwarding.RemoveAll(entry => Same(entry.Device, device));
    }

    private void RenameDevice(string from, string to)
    {
        Replace(_routes, route => route.Device, route => route with { Device = to }, from);
        Replace(_addresses, address => address.Device, address => address with { Device = to }, from);
        Replace(_neighbours, neighbour => neighbour.Device, neighbour => neighbour with { Device = to }, from);
        Replace(_forwarding, entry => entry.Device, entry => entry with { Device = to }, from);
    }

    private static void Replace<T>(List<T> items, Func<T, string?> device, Func<T, T> renamed, string from)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (Same(device(items[i]), from))
                items[i] = renamed(items[i]);
        }
    }

    private void AddUsualRules()
    {
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            _rules.Add(new RoutingRule { IsV6 = isV6, Priority = 0, Table = RouteTable.Local, Protocol = RouteProtocol.Kernel });
            _rules.Add(new RoutingRule { IsV6 = isV6, Priority = 32766, Table = RouteTable.Main, Protocol = RouteProtocol.Kernel });
        }

        _rules.Add(new RoutingRule { Priority = 32767, Table = RouteTable.Default, Protocol = RouteProtocol.Kernel });
    }
}
