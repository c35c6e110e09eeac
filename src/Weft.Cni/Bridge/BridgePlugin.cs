using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Policy;
using Weft.Cni.Protocol;
using Weft.Cni.Rules;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nodes;
using Weft.Netlink;

namespace Weft.Cni.Bridge;

/// <summary>bridge: a cable from the pod to a bridge of the host that the pods of a network share.</summary>
/// <param name="open">Opens what the plugin works on.</param>
/// <param name="isPoliced">Whether pods can be reached only once the kernel has their policies.</param>
public sealed class BridgePlugin(Func<IPluginWorld> open, bool isPoliced = false) : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "bridge";

    /// <summary>How often plugging in is tried when the bridge vanishes under our hands (another failed ADD took it back).</summary>
    private const int MaxAttempts = 3;

    /// <inheritdoc/>
    /// <remarks>
    /// 1 addresses from IPAM, when the configuration names one; 2 policies are asked for; 3 the bridge; 4 the cable, a port of the bridge
    /// from the beginning, its far end made in the pod; 5 the gateway's address and forwarding; 6 policies are in force; 7 the pod's
    /// addresses and routes: from here on it can be reached; 8 the port works; 9 packet filter.
    /// </remarks>
    public CniResult Add(PluginRequest request)
    {
        var config = BridgeConfig.Read(request);
        using var world = open();
        using var pod = world.Require(request.Netns);
        PodInterface.MustBeFree(pod, request.InterfaceName);
        var ipam = Ipam.Of(request);

        using var undo = new Undo();
        var leased = ipam?.Add(request);                                        // 1
        undo.Push(() => ipam?.Release(request));
        using var policies = isPoliced ? PodPolicies.Ask(request, leased?.Addresses ?? default, isIsolated: false, undo) : null; // 2
        var (bridge, cable) = PlugIn(world, pod, config, request.InterfaceName, undo); // 3, 4
        var result = BridgeResult.Compose(request, config, bridge, cable, leased);
        if (config.IsGateway && leased is not null)
        {
            new BridgeDevice(world, config, undo).AddGateways(result.Addresses); // 5
            Forwarding.Enable(world.Settings, result.Addresses);
        }

        policies?.Require(world, isBridged: true);                              // 6
        ConfigurePod(pod, config, request.InterfaceName, result);               // 7
        if (!config.LeaveDown)
            WaitUntilReady(world, pod, config, cable);                          // 8
        new RuleStore(world).Add(Rules(request, config, cable.Name, cable.PeerAddress!.Value, result.Addresses)); // 9
        undo.Keep();
        return result;
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request)
    {
        var config = BridgeConfig.Read(request);
        using var world = open();
        using var pod = world.Require(request.Netns);
        Ipam.Of(request)?.Check(request);
        var previous = AttachmentChecks.Previous(request.Previous);
        using var nothing = new Undo();
        new BridgeDevice(world, config, nothing).Check(previous);
        var (_, podEnd) = AttachmentChecks.PodInterface(previous, pod, request.InterfaceName, request.Netns);
        var hostEnd = AttachmentChecks.HostEnd(previous, world.Host, podEnd, config.Bridge);
        AttachmentChecks.Addresses(previous, pod, request.InterfaceName);
        AttachmentChecks.Routes(previous, pod);
        new RuleStore(world).Check(Rules(request, config, hostEnd.Name, podEnd.Address!.Value, previous.Addresses));
    }

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        var config = BridgeConfig.Read(request);
        using var world = open();
        Teardown.Run(
            () => PodLinks.Remove(world, request),
            () => Ipam.Of(request)?.Release(request),
            () =>
            {
                if (config.Masquerade || config.SpoofCheck || config.MacSpoofCheck)
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
        BridgeConfig.Read(request);
        Ipam.Of(request)?.Status(request);
    }

    private static (Link Bridge, VethSpec Cable) PlugIn(IPluginWorld world, IPodWorld pod, BridgeConfig config, string podName, Undo undo)
    {
        var device = new BridgeDevice(world, config, undo);
        var cable = new VethSpec(HardwareAddresses.DrawVethName(), podName)
        {
            PeerUp = !config.LeaveDown,
            Mtu = config.Mtu,
            Address = HardwareAddresses.Draw(),
            PeerAddress = HardwareAddresses.Parse(config.Mac),
            Master = config.Bridge,
            Port = new BridgePort { Hairpin = config.Hairpin ? true : null, Isolated = config.Isolated ? true : null },
        };
        for (var attempt = 1; ; attempt++)
        {
            var bridge = device.Ensure();
            try
            {
                world.Host.CreateVeth(cable, pod.Stack);
                undo.Push(() => world.Host.DeleteLink(cable.Name));
                world.Settings.Apply([new Sysctl($"net/ipv6/conf/{cable.Name}/accept_ra", "0")]);
                return (bridge, cable);
            }
            catch (NetlinkException error) when (error.NotFound && attempt < MaxAttempts)
            {
                // The bridge went between the two steps.
            }
        }
    }

    private static void ConfigurePod(IPodWorld pod, BridgeConfig config, string name, CniResult result)
    {
        if (result.Addresses.Count == 0)
            return;
        PodInterface.EnableIpv6(pod, name, result.Addresses);
        pod.Settings.Apply(
        [
            new Sysctl($"net/ipv6/conf/{name}/accept_dad", config.DetectDuplicates ? "1" : "0"),
            new Sysctl($"net/ipv4/conf/{name}/arp_notify", "1"),
        ]);
        PodInterface.AddAddresses(pod, name, result.Addresses, routed: false, config.DetectDuplicates);
        PodInterface.AddRoutes(pod, name, result);
    }

    private static void WaitUntilReady(IPluginWorld world, IPodWorld pod, BridgeConfig config, VethSpec cable)
    {
        LinkReady.Wait(world.Host, cable.Name, "bridge port");
        LinkReady.WaitForAddresses(pod.Stack, cable.PeerName, linkLocal: false);
        if (!config.IsGateway)
            return;
        LinkReady.Wait(world.Host, config.Bridge, "bridge");
        LinkReady.WaitForAddresses(world.Host, config.Bridge, linkLocal: true);
    }

    private static AttachmentRules Rules(
        PluginRequest request, BridgeConfig config, string device, MacAddress mac, EquatableArray<CniAddress> addresses)
    {
        var rules = RequestRules.Begin(request);
        if (config.Masquerade)
            rules.Masquerade(addresses);
        if (config.SpoofCheck)
            rules.GuardBridged(device, mac, addresses);
        else if (config.MacSpoofCheck)
            rules.GuardMac(device, mac);
        return rules;
    }
}
