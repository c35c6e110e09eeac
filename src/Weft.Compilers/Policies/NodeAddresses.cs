using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies;

/// <summary>Addresses of nodes as policies know them.</summary>
public static class NodeAddresses
{
    /// <summary>Those of its status; what is no address there, such as host names, is left out.</summary>
    public static EquatableArray<IpAddress> Of(Node node) =>
        node.Status.Addresses.Where(entry => IpAddress.TryParse(entry.Address, out _)).Select(entry => IpAddress.Parse(entry.Address)).ToEquatableArray();

    /// <summary>Those that it has towards its own pods: host-local gives the gateway the first address of a range.</summary>
    public static EquatableArray<IpAddress> GatewaysOf(Node node) =>
        TopologyCompiler.PodCidrs(node).Where(text => IpPrefix.TryParse(text, out _)).Select(GatewayOf).ToEquatableArray();

    /// <summary>Those under which a node speaks to its own pods: its own, its gateways, and those at which every node answers.</summary>
    internal static EquatableArray<IpAddress> OfNode(NodeIndex node, EquatableArray<PolicyPod> standIns) => standIns.Count == 0
        ? node.OwnAddresses
        : [.. node.OwnAddresses.Concat(standIns.SelectMany(pod => pod.Addresses)).Distinct().Order()];

    private static IpAddress GatewayOf(string podCidr)
    {
        var range = IpPrefix.Parse(podCidr);
        return range.HostBits == 0 ? range.Network : range.AddressAt(1);
    }
}
