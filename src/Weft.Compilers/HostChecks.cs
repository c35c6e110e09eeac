using System.Collections.Immutable;
using Weft.Compilers.Clusters;
using Weft.Compilers.Pods;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Compilers;

/// <summary>Compares what the Node object says with the machine that the agent runs on.</summary>
internal static class HostChecks
{
    public static void Check(ClusterNode self, ClusterSettings settings, HostView host, ImmutableArray<Problem>.Builder problems)
    {
        if (self.PodRanges.Count == 0)
            problems.Add(new Problem(self.ObjectName, "PodCIDRMissing", "it has no usable podCIDR, so its pods get no addresses: the controller manager gives one with --allocate-node-cidrs and --cluster-cidr"));
        foreach (var address in self.Addresses)
        {
            if (host.LinkOf(address) is null)
                problems.Add(new Problem(self.ObjectName, "InternalIPNotHere", $"no device of this machine has its InternalIP {address}: check --node-name here and --node-ip of the kubelet"));
        }

        foreach (var link in host.Links)
        {
            foreach (var address in link.Addresses)
            {
                foreach (var range in self.PodRanges)
                {
                    if (address.Subnet.Contains(range) && address.Subnet != range)
                        problems.Add(new Problem(self.ObjectName, "PodCIDROverlapsHost", $"podCIDR {range} lies in the network {address.Subnet} of {link.Name}: choose pod ranges apart from the nodes' network"));
                }
            }
        }

        if (!host.BridgeNetfilter && BridgedPods.Has(settings))
            problems.Add(new Problem(self.ObjectName, "BridgeNetfilterMissing", "traffic between pods of this node passes no IP hook of the kernel, so Services miss it (policies have a table of their own for it): load the module br_netfilter (CONFIG_BRIDGE_NETFILTER), or set cni to ptp"));
        if (!host.IPv6 && self.PodRanges.Any(range => range.IsV6))
            problems.Add(new Problem(self.ObjectName, "IPv6Missing", "it has an IPv6 podCIDR, but its kernel has no IPv6: boot without ipv6.disable=1 (CONFIG_IPV6)"));
    }
}
