using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>A node as routing sees it: what is left of the API object once every field was checked.</summary>
/// <param name="Name">Name of the Node object.</param>
/// <param name="Addresses">Its InternalIPs, in the object's order: the first is the primary one.</param>
/// <param name="PodRanges">Its valid podCIDRs that no older node holds.</param>
public sealed record ClusterNode(string Name, EquatableArray<IpAddress> Addresses, EquatableArray<IpPrefix> PodRanges)
{
    /// <summary>The node as problems name it.</summary>
    public string ObjectName => $"Node {Name}";

    /// <summary>The first InternalIP of a family.</summary>
    public IpAddress? Address(bool v6)
    {
        foreach (var address in Addresses)
        {
            if (address.IsV6 == v6)
                return address;
        }

        return null;
    }
}
