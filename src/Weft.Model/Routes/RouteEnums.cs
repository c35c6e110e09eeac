namespace Weft.Model.Routes;

/// <summary>What a route does with packets, with the values of RTN_* in linux/rtnetlink.h.</summary>
public enum RouteType
{
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
}

/// <summary>How far away something is, with the values of RT_SCOPE_* in linux/rtnetlink.h.</summary>
public enum RouteScope
{
    Global = 0,
    Site = 200,
    Link = 253,
    Host = 254,
    Nowhere = 255,
}

/// <summary>Numbers of the usual routing tables.</summary>
public static class RouteTable
{
    public const uint Default = 253;
    public const uint Main = 254;
    public const uint Local = 255;
}

/// <summary>Who made a route: the usual numbers (RTPROT_*, and iproute2's rt_protos).</summary>
public static class RouteProtocol
{
    public const byte Unspecified = 0;
    public const byte Redirect = 1;
    public const byte Kernel = 2;
    public const byte Boot = 3;
    public const byte Static = 4;
    public const byte RouterAdvertisement = 9;
    public const byte Bird = 12;
    public const byte Bgp = 186;
}
