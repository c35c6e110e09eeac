namespace Weft.Model.Links;

/// <summary>An address on a link.</summary>
/// <param name="Device">The link's name.</param>
/// <param name="Address">The address itself, host bits included.</param>
/// <param name="PrefixLength">Number of network bits: what is on the link beside it.</param>
public sealed record InterfaceAddress(string Device, IpAddress Address, int PrefixLength)
{
    /// <summary>The address of the other end of a point-to-point link.</summary>
    public IpAddress? Peer { get; init; }

    /// <summary>The broadcast address, IPv4 only. Nothing is assumed: null is none.</summary>
    public IpAddress? Broadcast { get; init; }

    /// <summary>How far the address is valid; null is the usual: host for loopback addresses, link for IPv6 link-local ones, else global.</summary>
    public Routes.RouteScope? Scope { get; init; }

    /// <summary>IPv6: use it at once, without duplicate address detection.</summary>
    public bool NoDad { get; init; }

    /// <summary>Do not make a route to <see cref="Prefix"/>.</summary>
    public bool NoPrefixRoute { get; init; }

    /// <summary>IPv6: no source of packets unless somebody asks for it (RFC 4862: deprecated, preferred for no time at all).</summary>
    public bool Deprecated { get; init; }

    /// <summary>What the kernel says about it; never part of a wish.</summary>
    public AddressState State { get; init; }

    /// <summary>The block that is on the link beside it.</summary>
    public IpPrefix Prefix => new(Peer ?? Address, PrefixLength);

    /// <summary>The scope that holds when <see cref="Scope"/> is null.</summary>
    public static Routes.RouteScope UsualScope(IpAddress address) =>
        address.IsLoopback ? Routes.RouteScope.Host : address is { IsV6: true, IsLinkLocal: true } ? Routes.RouteScope.Link : Routes.RouteScope.Global;

    /// <summary>As <c>10.1.2.3/24 on eth0</c>.</summary>
    public override string ToString() => $"{Address}/{PrefixLength} on {Device}";
}

/// <summary>What the kernel says about an address, with the values of IFA_F_* in linux/if_addr.h.</summary>
[Flags]
public enum AddressState
{
    None = 0,
    Secondary = 0x01,
    DadFailed = 0x08,
    Deprecated = 0x20,
    Tentative = 0x40,
}
