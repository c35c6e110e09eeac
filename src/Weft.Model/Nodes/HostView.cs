namespace Weft.Model.Nodes;

/// <summary>What the agent sees of the machine it runs on, apart from what is its own.</summary>
public sealed record HostView
{
    /// <summary>Devices with an address, sorted by name; ours are not among them.</summary>
    public EquatableArray<HostLink> Links { get; init; }

    /// <summary>Names of the CNI plugins that are installed, sorted; null when there is no folder to look into.</summary>
    public EquatableArray<string>? CniPlugins { get; init; }

    /// <summary>Whether br_netfilter is there, so that traffic between ports of a bridge passes the IP hooks.</summary>
    public bool BridgeNetfilter { get; init; }

    /// <summary>Whether the kernel has IPv6.</summary>
    public bool IPv6 { get; init; } = true;

    /// <summary>The device that holds an address.</summary>
    public HostLink? LinkOf(IpAddress address)
    {
        foreach (var link in Links)
        {
            foreach (var held in link.Addresses)
            {
                if (held.Address == address)
                    return link;
            }
        }

        return null;
    }
}

/// <summary>A network device of the host.</summary>
/// <param name="Name">Interface name.</param>
/// <param name="Mtu">Largest IP packet, bytes.</param>
/// <param name="Addresses">Its global addresses, sorted.</param>
public sealed record HostLink(string Name, int Mtu, EquatableArray<HostAddress> Addresses)
{
    /// <summary>Whether an address lies in a subnet of this device.</summary>
    public bool Reaches(IpAddress address)
    {
        foreach (var held in Addresses)
        {
            if (held.Subnet.Contains(address))
                return true;
        }

        return false;
    }
}

/// <summary>An address of a device and the subnet it lies in.</summary>
public readonly record struct HostAddress(IpAddress Address, int PrefixLength)
{
    /// <summary>The addresses that are reached without a gateway.</summary>
    public IpPrefix Subnet => new(Address, PrefixLength);
}
