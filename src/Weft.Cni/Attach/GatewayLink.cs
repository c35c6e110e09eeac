using Weft.Model.Nodes;

namespace Weft.Cni.Attach;

/// <summary>The link on which the host is the pods' gateway.</summary>
internal static class GatewayLink
{
    /// <summary>What is set before the link is switched on.</summary>
    /// <remarks>
    /// Its routes are ours, so router advertisements are ignored. Its link-local address is not probed for duplicates: until that is done
    /// (1 to 2 s) the kernel cannot ask for a pod's hardware address, and nothing that comes in over IPv6 would reach the pod.
    /// </remarks>
    public static IReadOnlyList<Sysctl> Settings(string device, bool detectDuplicates) => detectDuplicates
        ? [new($"net/ipv6/conf/{device}/accept_ra", "0")]
        : [new($"net/ipv6/conf/{device}/accept_ra", "0"), new($"net/ipv6/conf/{device}/accept_dad", "0")];
}
