namespace Weft.Model.Routes;

/// <summary>Which hardware address an IP address on a link has (ARP, neighbour discovery), or that we answer for it.</summary>
/// <param name="Device">The link's name.</param>
/// <param name="Address">The IP address.</param>
public sealed record Neighbour(string Device, IpAddress Address)
{
    /// <summary>The hardware address; null for a proxy entry or while unknown.</summary>
    public MacAddress? HardwareAddress { get; init; }

    /// <summary>How sure this is.</summary>
    public NeighbourState State { get; init; } = NeighbourState.Permanent;

    /// <summary>We answer for this address on that link (proxy ARP, proxy neighbour discovery).</summary>
    public bool Proxy { get; init; }

    /// <summary>IPv6: it is a router.</summary>
    public bool Router { get; init; }

    /// <summary>A control plane made it (NTF_EXT_LEARNED): the kernel does not age it.</summary>
    public bool ExternallyLearned { get; init; }

    /// <summary>In the manner of <c>ip neighbour</c>.</summary>
    public override string ToString() => Proxy ? $"proxy {Address} dev {Device}" : $"{Address} dev {Device} lladdr {HardwareAddress} {State}";
}

/// <summary>How sure a neighbour entry is, with the values of NUD_* in linux/neighbour.h.</summary>
public enum NeighbourState
{
    None = 0,
    Incomplete = 0x01,
    Reachable = 0x02,
    Stale = 0x04,
    Delay = 0x08,
    Probe = 0x10,
    Failed = 0x20,
    NoArp = 0x40,
    Permanent = 0x80,
}

/// <summary>By which way a hardware address is reached: an entry of a bridge's or a VXLAN's forwarding table.</summary>
/// <param name="Device">The port of the bridge, or the VXLAN link.</param>
/// <param name="Address">The hardware address; all zeros on a VXLAN is where unknown ones go.</param>
public sealed record ForwardingEntry(string Device, MacAddress Address)
{
    /// <summary>VXLAN: the machine behind which the address is.</summary>
    public IpAddress? Destination { get; init; }

    /// <summary>It is in the table of the bridge that the device is a port of, and not in the device's own.</summary>
    public bool OnMaster { get; init; }

    /// <summary>The VLAN, on a bridge that filters them; 0 is none.</summary>
    public ushort Vlan { get; init; }

    /// <summary>It was configured and not learned, and does not age.</summary>
    public bool Static { get; init; } = true;

    /// <summary>Bridge: it is an address of this machine itself.</summary>
    public bool Local { get; init; }

    /// <summary>In the manner of <c>bridge fdb</c>.</summary>
    public override string ToString() => Destination is null ? $"{Address} dev {Device}" : $"{Address} dev {Device} dst {Destination}";
}
