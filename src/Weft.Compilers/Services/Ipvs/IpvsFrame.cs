using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Ipvs;

/// <summary>What all entries depend on: when it changes, everything is compiled anew.</summary>
internal sealed record IpvsFrame
{
    private readonly HashSet<IpAddress> _own;

    public IpvsFrame(ServiceTable table, IpvsNode node)
    {
        Node = node;
        PodRanges = table.PodRanges;
        ServiceRanges = table.ServiceRanges;
        NodePortRanges = table.NodePortAddresses;
        MasqueradeAll = table.MasqueradeAll;
        Families = ((bool[])[false, true]).Where(v6 => table.ServiceRanges.Any(range => range.IsV6 == v6) || table.Ports.Any(port => port.IsV6 == v6)).ToEquatableArray();
        NodePortAddresses = node.Addresses.Where(TakesNodePorts).ToEquatableArray();
        _own = [.. node.Addresses];
    }

    public IpvsNode Node { get; }

    public EquatableArray<IpPrefix> PodRanges { get; }

    public EquatableArray<IpPrefix> ServiceRanges { get; }

    public EquatableArray<IpPrefix> NodePortRanges { get; }

    public bool MasqueradeAll { get; }

    /// <summary>Which families have a table: false is IPv4.</summary>
    public EquatableArray<bool> Families { get; }

    /// <summary>Which of the node's addresses have virtual servers for node ports.</summary>
    public EquatableArray<IpAddress> NodePortAddresses { get; }

    /// <summary>
    /// Whether an address needs a route of its own to be the node's. The node's own stay what they are, also where they are external IPs of a Service:
    /// other programs listen there.
    /// </summary>
    public bool IsAlone(IpAddress address) => !_own.Contains(address) && !IsClusterIp(address);

    public bool Equals(IpvsFrame? other) => other is not null
        && Node == other.Node && PodRanges == other.PodRanges && ServiceRanges == other.ServiceRanges && NodePortRanges == other.NodePortRanges
        && MasqueradeAll == other.MasqueradeAll && Families == other.Families;

    public override int GetHashCode() => HashCode.Combine(Node, PodRanges, ServiceRanges, MasqueradeAll);

    private bool IsClusterIp(IpAddress address) => ServiceRanges.Any(range => range.Contains(address));

    // Where the node answers cluster DNS, it has a cluster IP as well.
    private bool TakesNodePorts(IpAddress address)
    {
        if (address.IsLoopback || address.IsLinkLocal || IsClusterIp(address))
            return false;
        var chosen = NodePortRanges.Where(range => range.IsV6 == address.IsV6).ToList();
        return chosen.Count == 0 || chosen.Exists(range => range.Contains(address));
    }
}
