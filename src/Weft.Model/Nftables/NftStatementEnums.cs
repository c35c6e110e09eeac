namespace Weft.Model.Nftables;

/// <summary>How two values compare (enum nft_cmp_ops).</summary>
public enum NftComparison : byte
{
    Equal = 0,
    NotEqual = 1,
    Less = 2,
    LessOrEqual = 3,
    Greater = 4,
    GreaterOrEqual = 5,
}

/// <summary>Source or destination (enum nft_nat_types).</summary>
public enum NftNatKind : byte
{
    Source = 0,
    Destination = 1,
}

/// <summary>How NAT picks addresses and ports (NF_NAT_RANGE_*, linux/netfilter/nf_nat.h).</summary>
[Flags]
public enum NftNatFlags : uint
{
    None = 0,

    /// <summary>Ports at random.</summary>
    Random = 4,

    /// <summary>The same address for the same client.</summary>
    Persistent = 8,

    /// <summary>Ports fully at random.</summary>
    FullyRandom = 16,
}

/// <summary>How a rejected sender is told (enum nft_reject_types).</summary>
public enum NftRejectKind : byte
{
    /// <summary>ICMP or ICMPv6 destination unreachable, by the family of the table.</summary>
    Icmp = 0,

    /// <summary>TCP reset.</summary>
    TcpReset = 1,

    /// <summary>ICMP or ICMPv6 by the packet, for tables of both.</summary>
    Icmpx = 2,
}

/// <summary>What a rule does to a dynamic set (enum nft_dynset_ops).</summary>
public enum NftDynsetOperation : byte
{
    Add = 0,
    Update = 1,
    Delete = 2,
}
