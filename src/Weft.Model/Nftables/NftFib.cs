namespace Weft.Model.Nftables;

/// <summary>What a routing lookup answers (enum nft_fib_result).</summary>
public enum NftFibResult : byte
{
    /// <summary>Index of the interface.</summary>
    Interface = 1,

    /// <summary>Name of the interface.</summary>
    InterfaceName = 2,

    /// <summary>Whether the address is local, unicast, broadcast … (RTN_*, <see cref="NftAddressType"/>).</summary>
    AddressType = 3,
}

/// <summary>What a routing lookup is asked with (enum nft_fib_flags).</summary>
[Flags]
public enum NftFibInputs : byte
{
    None = 0,
    Source = 1,
    Destination = 2,
    Mark = 4,
    InputInterface = 8,
    OutputInterface = 16,

    /// <summary>Only whether there is a route.</summary>
    Present = 32,
}

/// <summary>Kinds of addresses in routing (RTN_*, linux/rtnetlink.h).</summary>
public enum NftAddressType : uint
{
    Unspecified = 0,
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
}

/// <summary>How <see cref="NftNumgen"/> picks (enum nft_ng_types).</summary>
public enum NftNumgenMode : byte
{
    /// <summary>One after the other.</summary>
    Incremental = 0,

    /// <summary>By chance.</summary>
    Random = 1,
}
