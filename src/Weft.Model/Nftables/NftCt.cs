namespace Weft.Model.Nftables;

/// <summary>Facts about a connection; values are the kernel's enum nft_ct_keys.</summary>
public enum NftCt : byte
{
    /// <summary>Bits of <see cref="NftCtState"/>.</summary>
    State = 0,

    /// <summary>Whether this packet goes the original way.</summary>
    Direction = 1,

    /// <summary>Bits of <see cref="NftCtStatus"/>.</summary>
    Status = 2,

    /// <summary>The connection mark.</summary>
    Mark = 3,

    /// <summary>Transport protocol of the connection.</summary>
    Protocol = 10,

    /// <summary>Source port in a direction.</summary>
    ProtoSource = 11,

    /// <summary>Destination port in a direction.</summary>
    ProtoDestination = 12,

    /// <summary>IPv4 source in a direction.</summary>
    IpSource = 19,

    /// <summary>IPv4 destination in a direction.</summary>
    IpDestination = 20,

    /// <summary>IPv6 source in a direction.</summary>
    Ip6Source = 21,

    /// <summary>IPv6 destination in a direction.</summary>
    Ip6Destination = 22,
}

/// <summary>One way of a connection (enum ip_conntrack_dir).</summary>
public enum NftCtDirection : byte
{
    /// <summary>As the first packet.</summary>
    Original = 0,

    /// <summary>As its answer.</summary>
    Reply = 1,
}

/// <summary>State of a packet's connection, as bits (NF_CT_STATE_BIT).</summary>
[Flags]
public enum NftCtState : uint
{
    None = 0,
    Invalid = 1,
    Established = 2,
    Related = 4,
    New = 8,
    Untracked = 64,
}

/// <summary>Status of a connection, as bits (enum ip_conntrack_status).</summary>
[Flags]
public enum NftCtStatus : uint
{
    None = 0,
    Expected = 1,
    SeenReply = 2,
    Assured = 4,
    Confirmed = 8,
    SourceNat = 16,
    DestinationNat = 32,
    Dying = 512,
}

internal static class NftCtTable
{
    internal static NftType TypeOf(NftCt key) => key switch
    {
        NftCt.State => NftType.CtState,
        NftCt.Direction => NftType.CtDirection,
        NftCt.Status => NftType.CtStatus,
        NftCt.Mark => NftType.Mark,
        NftCt.Protocol => NftType.Protocol,
        NftCt.ProtoSource or NftCt.ProtoDestination => NftType.Port,
        NftCt.IpSource or NftCt.IpDestination => NftType.Ipv4Address,
        NftCt.Ip6Source or NftCt.Ip6Destination => NftType.Ipv6Address,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such ct key"),
    };

    internal static string NameOf(NftCt key) => key switch
    {
        NftCt.ProtoSource => "proto-src",
        NftCt.ProtoDestination => "proto-dst",
        NftCt.IpSource => "ip saddr",
        NftCt.IpDestination => "ip daddr",
        NftCt.Ip6Source => "ip6 saddr",
        NftCt.Ip6Destination => "ip6 daddr",
        _ => key.ToString().ToLowerInvariant(),
    };
}
