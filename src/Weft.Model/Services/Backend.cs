namespace Weft.Model.Services;

/// <summary>Where connections go.</summary>
/// <param name="Address">The endpoint's address.</param>
/// <param name="Port">Its port.</param>
/// <param name="IsLocal">Whether it is on this node.</param>
public readonly record struct Backend(IpAddress Address, ushort Port, bool IsLocal) : IComparable<Backend>
{
    /// <summary>Order of address and port.</summary>
    public int CompareTo(Backend other)
    {
        var order = Address.CompareTo(other.Address);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    /// <summary><c>address:port</c>, an IPv6 address in brackets.</summary>
    public override string ToString() => Address.IsV6 ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}
