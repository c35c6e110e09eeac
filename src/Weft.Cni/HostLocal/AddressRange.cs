using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Cni.HostLocal;

/// <summary>A run of addresses of one subnet to hand out, both ends included.</summary>
public sealed record AddressRange(IpPrefix Subnet, IpAddress Start, IpAddress End, IpAddress Gateway)
{
    /// <summary>Number of addresses, the gateway's included when it lies inside.</summary>
    public UInt128 Count => End.Bits - Start.Bits + 1;

    /// <summary>Whether the address can be handed out from here.</summary>
    public bool Contains(IpAddress address) => address.IsV6 == Subnet.IsV6 && address >= Start && address <= End;

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(AddressRange other) => Contains(other.Start) || other.Contains(Start);

    /// <summary>Reads <c>subnet</c>, <c>rangeStart</c>, <c>rangeEnd</c> and <c>gateway</c>, and fills in what is missing.</summary>
    /// <remarks>The range defaults to all of the subnet but its first address and, for IPv4, its broadcast address; the gateway to the
    /// subnet's second address. A gateway may lie outside the subnet, as a link-local one does.</remarks>
    /// <exception cref="CniException">The subnet is missing, too small, or an end of the range lies outside of it.</exception>
    public static AddressRange Read(JsonFields fields)
    {
        if (fields.Prefix("subnet") is not { } written)
            throw Invalid($"\"{fields.Path}\" has no subnet");
        var (subnet, address) = written;
        if (subnet.HostBits < 2)
            throw Invalid($"Network {subnet} too small to allocate from");
        if (address != subnet.Network)
            throw Invalid($"Network has host bits set. For a subnet mask of length {subnet.Length} the network address is {subnet.Network}");
        var start = fields.Address("rangeStart") ?? subnet.AddressAt(1);
        var end = fields.Address("rangeEnd") ?? (subnet.IsV6 ? subnet.Last : subnet.Last.Add(-1));
        if (!subnet.Contains(start))
            throw Invalid($"RangeStart {start} not in network {subnet}");
        if (!subnet.Contains(end))
            throw Invalid($"RangeEnd {end} not in network {subnet}");
        if (end < start)
            throw Invalid($"RangeStart {start} is after RangeEnd {end}");
        return new AddressRange(subnet, start, end, fields.Address("gateway") ?? subnet.AddressAt(1));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Start}-{End}";

    internal static CniException Invalid(string message) => new(CniErrorCode.InvalidConfig, message);
}
