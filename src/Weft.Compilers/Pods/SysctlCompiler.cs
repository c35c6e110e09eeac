using Weft.Compilers.Clusters;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Compilers.Pods;

/// <summary>Makes the kernel settings without which packets of pods are not forwarded.</summary>
public static class SysctlCompiler
{
    /// <summary>Compiles for a node with these pod ranges.</summary>
    /// <remarks>
    /// The overlay checks sources loosely: the effective rp_filter is the larger of a device's and all's, and 2 wins over a strict 1.
    /// br_netfilter only counts where it is loaded and pods are ports of a bridge.
    /// </remarks>
    public static EquatableArray<Sysctl> Compile(ClusterSettings settings, EquatableArray<IpPrefix> podRanges, OverlayDevice? overlay, HostView host)
    {
        var sysctls = new List<Sysctl>();
        var (v4, v6) = (podRanges.Any(range => !range.IsV6), podRanges.Any(range => range.IsV6) && host.IPv6);
        if (v4)
            sysctls.Add(new Sysctl("net/ipv4/ip_forward", "1"));
        if (v6)
            sysctls.Add(new Sysctl("net/ipv6/conf/all/forwarding", "1"));
        if (v4 && overlay is not null)
            sysctls.Add(new Sysctl($"net/ipv4/conf/{OverlayDevice.Name}/rp_filter", "2"));
        if (host.BridgeNetfilter && BridgedPods.Has(settings))
        {
            if (v4)
                sysctls.Add(new Sysctl(BridgedPods.Sysctl, "1"));
            if (v6)
                sysctls.Add(new Sysctl("net/bridge/bridge-nf-call-ip6tables", "1"));
        }

        return sysctls.OrderBy(sysctl => sysctl.Path, StringComparer.Ordinal).ToEquatableArray();
    }
}
