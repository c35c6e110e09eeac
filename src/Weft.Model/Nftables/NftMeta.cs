namespace Weft.Model.Nftables;

/// <summary>Facts about a packet outside of its headers; values are the kernel's enum nft_meta_keys.</summary>
public enum NftMeta : byte
{
    /// <summary>The ether type of the network header.</summary>
    Protocol = 1,

    /// <summary>The packet's priority, by which a classful queue may choose (SO_PRIORITY).</summary>
    Priority = 2,

    /// <summary>The packet mark (SO_MARK, fwmark).</summary>
    Mark = 3,

    /// <summary>Index of the input interface.</summary>
    Iif = 4,

    /// <summary>Index of the output interface.</summary>
    Oif = 5,

    /// <summary>Name of the input interface.</summary>
    Iifname = 6,

    /// <summary>Name of the output interface.</summary>
    Oifname = 7,

    /// <summary>Hardware type of the input interface.</summary>
    Iiftype = 8,

    /// <summary>User of the socket that sent it.</summary>
    SkUid = 10,

    /// <summary>IPv4 or IPv6, as NFPROTO_* number.</summary>
    NfProto = 15,

    /// <summary>The transport protocol, extension headers skipped.</summary>
    L4Proto = 16,

    /// <summary>Name of the bridge of the input port.</summary>
    IbrName = 17,

    /// <summary>Name of the bridge of the output port.</summary>
    ObrName = 18,

    /// <summary>To this host, broadcast, multicast, to another host.</summary>
    PacketType = 19,
}

internal static class NftMetaTable
{
    internal static NftType TypeOf(NftMeta key) => key switch
    {
        NftMeta.Protocol => NftType.EtherType,
        NftMeta.Priority => NftType.ClassId,
        NftMeta.Mark => NftType.Mark,
        NftMeta.Iif or NftMeta.Oif => NftType.InterfaceIndex,
        NftMeta.Iifname or NftMeta.Oifname or NftMeta.IbrName or NftMeta.ObrName => NftType.InterfaceName,
        NftMeta.Iiftype => NftType.HardwareType,
        NftMeta.SkUid => NftType.UserId,
        NftMeta.NfProto => NftType.NfProto,
        NftMeta.L4Proto => NftType.Protocol,
        NftMeta.PacketType => NftType.PacketType,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such meta key"),
    };

    internal static string NameOf(NftMeta key) => key switch
    {
        NftMeta.Iif => "iif",
        NftMeta.Oif => "oif",
        NftMeta.Iifname => "iifname",
        NftMeta.Oifname => "oifname",
        NftMeta.PacketType => "meta pkttype",
        _ => $"meta {key.ToString().ToLowerInvariant()}",
    };
}
