using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;

namespace Weft.Compilers.Offline;

/// <summary>The machine of a node whose machine cannot be looked at: one interface, <c>eth0</c>, with the node's addresses (/24 and /64).</summary>
public static class AssumedMachine
{
    private const int EthernetMtu = 1500;

    /// <summary>That of a node of the cluster.</summary>
    public static HostView Of(ClusterSnapshot objects, string node)
    {
        var addresses = objects.Nodes.First(other => other.Metadata.Name == node).Status.Addresses
            .Where(address => address.Type == "InternalIP")
            .Select(address => IpAddress.TryParse(address.Address, out var parsed) ? parsed : (IpAddress?)null)
            .OfType<IpAddress>()
            .Select(address => new HostAddress(address, address.IsV6 ? 64 : 24));
        return new HostView { Links = [new HostLink("eth0", EthernetMtu, addresses.ToEquatableArray())], BridgeNetfilter = true };
    }
}
