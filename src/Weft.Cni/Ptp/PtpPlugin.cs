using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Policy;
using Weft.Cni.Protocol;
using Weft.Cni.Rules;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;

namespace Weft.Cni.Ptp;

/// <summary>ptp: a cable between pod and host, and a route to the pod on the host. There is no switch, so all of the pod's packets are routed.</summary>
/// <param name="open">Opens what the plugin works on.</param>
/// <param name="isPoliced">Whether pods can be reached only once the kernel has their policies.</param>
public sealed class PtpPlugin(Func<IPluginWorld> open, bool isPoliced = false) : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "ptp";

    /// <inheritdoc/>
    /// <remarks>
    /// 1 addresses from IPAM; 2 policies are asked for; 3 forwarding; 4 the cable, its far end made in the pod; 5 the gateway's address on
    /// the host's end; 6 the pod's addresses and routes; 7 the cable works; 8 packet filter; 9 policies are in force; 10 the route to the
    /// pod: from here on it can be reached.
    /// </remarks>
    public CniResult Add(PluginRequest request)
    {
        var config = PtpConfig.Read(request);
        using var world = open();
        using var pod = world.Require(request.Netns);
        PodInterface.MustBeFree(pod, request.InterfaceName);
        var ipam = RequireIpam(request);

        using var undo = new Undo();
        var addresses = ipam.Add(request);                                      // 1
        undo.Push(() => ipam.Release(request));
        using var policies = isPoliced ? PodPolicies.Ask(request, addresses.Addresses, isIsolated: false, undo) : null; // 2
        Forwarding.Enable(world.Settings, addresses.Addresses);                 // 3
        var cable = MakeCable(world, pod, config, request.InterfaceName);       // 4
        undo.Push(() => world.Host.DeleteLink(cable.Name));
        var result = Describe(request, config, cable, addresses);
        ConfigureHost(world, cable.Name, result);                               // 5
        ConfigurePod(pod, request.InterfaceName, result);                       // 6
        LinkReady.Wait(pod.Stack, request.InterfaceName, "the pod's interface"); // 7
        LinkReady.Wait(world.Host, cable.Name, "the host's end of the cable");
        LinkReady.WaitForAddresses(world.Host, cable.Name, linkLocal: true);
        var rules = Rules(request, config, cable.Name, result.Addresses);
        if (!rules.IsEmpty)
            undo.Push(() => RequestRules.Remove(world, request));
        new RuleStore(world).Add(rules);                                        // 8
        policies?.Require(world, isBridged: false);                             // 9
        RouteToPod(world, cable.Name, result);                                  // 10
        undo.Keep();
        return result;
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request)
    {
        var config = PtpConfig.Read(request);
        using var world = open();
        using var pod = world.Require(request.Netns);
        RequireIpam(request).Check(request);
        var previous = AttachmentChecks.Previous(request.Previous);
        var (_, podEnd) = AttachmentChecks.PodInterface(previous, pod, request.InterfaceName, request.Netns);
        var hostEnd = AttachmentChecks.HostEnd(previous, world.Host, podEnd, bridge: null);
        AttachmentChecks.Addresses(previous, pod, request.InterfaceName);
        AttachmentChecks.Routes(previous, pod);
        CheckHost(world, hostEnd.Name, previous);
        new RuleStore(world).Check(Rules(request, config, hostEnd.Name, previous.Addresses));
    }

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        var config = PtpConfig.Read(request);
        using var world = open();
        Teardown.Run(
            () => PodLinks.Remove(world, request),
            () => Ipam.Of(request)?.Release(request),
            () =>
            {
                if (config.Masquerade || config.SpoofCheck)
                    RequestRules.Remove(world, request);
            });
    }

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request)
    {
        using var world = open();
        RequestRules.CollectGarbage(world, request);
        Ipam.Of(request)?.CollectGarbage(request);
    }

    /// <inheritdoc/>
    public void Status(PluginRequest request)
    {
        PtpConfig.Read(request);
        RequireIpam(request).Status(request);
    }

    private static Ipam RequireIpam(PluginRequest request) =>
        Ipam.Of(request) ?? throw new CniException(CniErrorCode.InvalidConfig, "ptp needs addresses: the configuration has no \"ipam\" with a \"type\"");

    private static VethSpec MakeCable(IPluginWorld world, IPodWorld pod, PtpConfig config, string podName)
    {
        var cable = new VethSpec(HardwareAddresses.DrawVethName(), podName)
        {
            Up = false,
            Mtu = config.Mtu,
            Address = HardwareAddresses.Draw(),
            PeerAddress = HardwareAddresses.Parse(config.Mac),
        };
        world.Host.CreateVeth(cable, pod.Stack);
        return cable;
    }

    private static CniResult Describe(PluginRequest request, PtpConfig config, VethSpec cable, CniResult addresses) => new()
    {
        Interfaces =
        [
            new CniInterface(cable.Name) { Mac = $"{cable.Address}", Mtu = config.Mtu },
            new CniInterface(cable.PeerName) { Mac = $"{cable.PeerAddress}", Mtu = config.Mtu, Sandbox = request.Netns },
        ],
        Addresses = addresses.Addresses.Select(each => each with { Interface = 1 }).ToEquatableArray(),
        Routes = addresses.Routes,
        Dns = config.Dns.IsEmpty ? addresses.Dns : config.Dns,
    };

    private static void ConfigurePod(IPodWorld pod, string name, CniResult result)
    {
        PodInterface.EnableIpv6(pod, name, result.Addresses);
        PodInterface.AddAddresses(pod, name, result.Addresses, routed: true, detectDuplicates: false);
        PodInterface.RouteSubnetsThroughGateway(pod, name, result.Addresses);
        PodInterface.AddRoutes(pod, name, result);
    }

    private static void ConfigureHost(IPluginWorld world, string device, CniResult result)
    {
        world.Settings.Apply(GatewayLink.Settings(device, detectDuplicates: false));
        world.Host.ChangeLink(device, new LinkChange { Up = true });
        foreach (var address in result.Addresses)
        {
            var gateway = PodInterface.GatewayOf(address);
            world.Host.ReplaceAddress(new InterfaceAddress(device, gateway, gateway.BitLength) { NoDad = gateway.IsV6 });
        }
    }

    private static void RouteToPod(IPluginWorld world, string device, CniResult result)
    {
        foreach (var address in result.Addresses)
            world.Host.ReplaceRoute(RouteTo(address, device));
    }

    private static void CheckHost(IPluginWorld world, string device, CniResult previous)
    {
        var routes = world.Host.Routes(new Netlink.RouteFilter { Device = device });
        foreach (var address in previous.Addresses)
        {
            if (!routes.Any(each => each.Destination == IpPrefix.Host(address.Address)))
                throw CniException.Internal($"route to {address.Address} by {device} is missing on the host");
        }
    }

    private static Route RouteTo(CniAddress address, string device) =>
        new(IpPrefix.Host(address.Address)) { Device = device, Scope = address.Address.IsV6 ? null : RouteScope.Host };

    private static AttachmentRules Rules(PluginRequest request, PtpConfig config, string device, EquatableArray<CniAddress> addresses)
    {
        var rules = RequestRules.Begin(request);
        if (config.Masquerade)
            rules.Masquerade(addresses);
        if (config.SpoofCheck)
            rules.GuardRouted(device, addresses);
        return rules;
    }
}
