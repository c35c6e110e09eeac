using Weft.Cni.Protocol;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;

namespace Weft.Cni.Attach;

/// <summary>What CHECK looks at: whether the kernel is still as the result of ADD says. Later plugins of a chain may have added to it.</summary>
internal static class AttachmentChecks
{
    /// <summary>The result of ADD, which CHECK cannot do without.</summary>
    public static CniResult Previous(CniResult? previous) =>
        previous ?? throw new CniException(CniErrorCode.InvalidConfig, "Required prevResult missing");

    /// <summary>The pod's interface in the result, and the kernel's idea of it.</summary>
    public static (CniInterface Told, Link Found) PodInterface(CniResult previous, IPodWorld pod, string name, string netns)
    {
        CniInterface? told = null;
        foreach (var each in previous.Interfaces)
        {
            if (each.Name == name && each.Sandbox == netns)
                told = each;
        }

        if (told is null)
            throw CniException.Internal($"Sandbox in prevResult doesn't match configured netns: no interface {name} in {netns}");
        var found = pod.Stack.FindLink(name) ?? throw CniException.Internal($"Interface name {name} not found in {netns}");
        if (found.Kind is not VethKind)
            throw CniException.Internal($"Error: Container interface {name} not of type veth");
        MacIsAsTold(told, found);
        if (!found.Up)
            throw CniException.Internal($"Interface {name} in {netns} is down");
        return (told, found);
    }

    /// <summary>The host's end of the pod's cable.</summary>
    public static Link HostEnd(CniResult previous, INetworkStack host, Link podEnd, string? bridge)
    {
        foreach (var told in previous.Interfaces)
        {
            if (told.Sandbox is not null || told.Name == bridge || host.FindLink(told.Name) is not { Kind: VethKind } found)
                continue;
            if (podEnd.PeerIndex is { } peer && peer != found.Index)
                continue;
            if (bridge is not null && found.Master != bridge)
                continue;
            MacIsAsTold(told, found);
            return found;
        }

        throw CniException.Internal(bridge is null ? "CNI veth on the host was not found" : $"CNI veth created for bridge {bridge} was not found");
    }

    /// <summary>The addresses of the result are on the pod's interface.</summary>
    public static void Addresses(CniResult previous, IPodWorld pod, string name)
    {
        var present = pod.Stack.Addresses(name);
        foreach (var told in previous.Addresses)
        {
            if (told.Interface is { } index && (index < 0 || index >= previous.Interfaces.Count || previous.Interfaces[index].Name != name))
                continue;
            if (!present.Any(each => each.Address == told.Address && each.PrefixLength == told.PrefixLength))
                throw CniException.Internal($"Failed to match addr {told} on interface {name}");
        }
    }

    /// <summary>The routes of the result are in the pod.</summary>
    public static void Routes(CniResult previous, IPodWorld pod)
    {
        if (previous.Routes.Count == 0)
            return;
        var present = pod.Stack.Routes();
        foreach (var told in previous.Routes)
        {
            var gateway = told.Gateway ?? Attach.PodInterface.GatewayOf(previous, told.Destination.IsV6);
            if (!present.Any(each => Matches(each, told, gateway)))
                throw CniException.Internal($"Expected Route {told.Destination} via {gateway} not found in routing table");
        }
    }

    /// <summary>A link's hardware address is the one of the result.</summary>
    public static void MacIsAsTold(CniInterface told, Link found)
    {
        if (!string.IsNullOrEmpty(told.Mac) && found.Address is { } mac && !told.Mac.Equals(mac.ToString(), StringComparison.OrdinalIgnoreCase))
            throw CniException.Internal($"Interface {told.Name} Mac {told.Mac} doesn't match: {mac}");
    }

    private static bool Matches(Route route, CniRoute told, Model.IpAddress? gateway) =>
        route.Destination == told.Destination
        && (route.Gateway == gateway || told.Scope is (int)RouteScope.Link)
        && (told.Table is not { } table || route.Table == (uint)table);
}
