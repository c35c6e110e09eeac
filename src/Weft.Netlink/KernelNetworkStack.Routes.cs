using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;
using Weft.Netlink.Rtnetlink;

namespace Weft.Netlink;

public sealed partial class KernelNetworkStack
{
    /// <inheritdoc/>
    public IReadOnlyList<Route> Routes(RouteFilter? filter = null)
    {
        var device = IndexOrNull(filter?.Device, "list routes");
        var routes = new List<Route>();
        if (filter?.IsV6 != true)
            Collect(routes, Family.V4, filter, device);
        if (filter?.IsV6 != false)
            Collect(routes, Family.V6, filter, device);
        return routes;
    }

    /// <inheritdoc/>
    public Route Resolve(IpAddress destination)
    {
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RouteCodec.WriteResolve(ref writer, destination);
        return _socket.Get(
            writer.Complete(),
            new Operation("find the way to", destination),
            (message, ref error) => RouteCodec.Parse(message, names, cached: true, ref error));
    }

    /// <inheritdoc/>
    public void AddRoute(Route route) => Put(route, NetlinkFlags.Create | NetlinkFlags.Exclusive, new Operation("add route", route));

    /// <inheritdoc/>
    public void ReplaceRoute(Route route) => Put(route, NetlinkFlags.Create | NetlinkFlags.Replace, new Operation("replace route", route));

    /// <inheritdoc/>
    public bool DeleteRoute(Route route)
    {
        // The links that a route needs may be gone, and it with them.
        var index = route.Discards || route.Device is null ? (int?)null : Transport.IndexOf(route.Device);
        if (index == 0)
            return false;
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RouteCodec.WriteDelete(ref writer, route, index);
        return TryDelete(writer.Complete(), new Operation("delete route", route));
    }

    /// <inheritdoc/>
    public IReadOnlyList<RoutingRule> Rules()
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RuleCodec.WriteList(ref writer);
        return _socket.Dump(writer.Complete(), "list rules", static (message, ref error) => RuleCodec.Parse(message, ref error));
    }

    /// <inheritdoc/>
    public void AddRule(RoutingRule rule)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RuleCodec.Write(ref writer, RtMsg.NewRule, NetlinkFlags.Create | NetlinkFlags.Exclusive, rule);
        _socket.Execute(writer.Complete(), new Operation("add rule", rule));
    }

    /// <inheritdoc/>
    public bool DeleteRule(RoutingRule rule)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RuleCodec.Write(ref writer, RtMsg.DelRule, 0, rule);
        return TryDelete(writer.Complete(), new Operation("delete rule", rule));
    }

    private void Put(Route route, ushort flags, Operation operation)
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        var device = route.Discards ? null : IndexOrNull(route.Device, operation);
        RouteCodec.Write(ref writer, RtMsg.NewRoute, flags, route, device);
        _socket.Execute(writer.Complete(), operation);
    }

    // The kernel filters by what the request names; it leaves the type to us on some paths, so the filter is asked once more.
    private void Collect(List<Route> routes, byte family, RouteFilter? filter, int? device)
    {
        var names = Names();
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        RouteCodec.WriteList(ref writer, family, filter, device);
        try
        {
            routes.AddRange(_socket.Dump(
                writer.Complete(),
                "list routes",
                (message, ref error) => message.Payload is [var actual, ..] && actual != family ? null
                    : RouteCodec.Parse(message, names, cached: false, ref error) is { } route && filter?.Selects(route) != false ? route : null));
        }
        catch (NetlinkException exception) when (filter?.Table is not null && exception.Errno == Errno.ENOENT)
        {
            // "FIB table does not exist": it holds no routes.
        }
    }
}
