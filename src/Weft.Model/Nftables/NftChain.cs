namespace Weft.Model.Nftables;

/// <summary>A list of rules: called from a hook when <see cref="Base"/> is set, otherwise from other rules.</summary>
/// <param name="Name">Unique in the table, at most 127 bytes.</param>
/// <param name="Base">Where the kernel calls it; null for a regular chain.</param>
/// <param name="Rules">In order of evaluation.</param>
/// <param name="Comment">Shown by <c>nft list</c>.</param>
public sealed record NftChain(string Name, NftBase? Base, EquatableArray<NftRule> Rules, string? Comment = null)
{
    /// <summary>Whether only the rules differ, so that the chain itself can stay.</summary>
    public bool HasSameDefinition(NftChain other) => Name == other.Name && Base == other.Base && Comment == other.Comment;
}

/// <summary>How the kernel calls a base chain.</summary>
/// <param name="Type">filter, nat or route.</param>
/// <param name="Hook">At which point of the packet's way.</param>
/// <param name="Priority">Lower ones are called first; see <see cref="NftPriority"/>.</param>
/// <param name="DropByDefault">Whether packets that no rule decided are dropped.</param>
/// <param name="Devices">For the netdev family and ingress: the interfaces.</param>
public sealed record NftBase(
    NftChainType Type,
    NftHook Hook,
    int Priority,
    bool DropByDefault = false,
    EquatableArray<string> Devices = default);

/// <summary>What a base chain may do.</summary>
public enum NftChainType : byte
{
    Filter,

    /// <summary>Sees the first packet of a connection only.</summary>
    Nat,

    /// <summary>A changed mark or address leads to a new route, on output.</summary>
    Route,
}

/// <summary>Points of a packet's way (NF_INET_*; ARP, bridge and netdev have their own numbers on the wire).</summary>
public enum NftHook : byte
{
    Prerouting,
    Input,
    Forward,
    Output,
    Postrouting,
    Ingress,
    Egress,
}

/// <summary>Customary priorities (NF_IP_PRI_*); Weft's own tables sit at small offsets from them.</summary>
public static class NftPriority
{
    public const int Raw = -300;
    public const int Conntrack = -200;
    public const int Mangle = -150;
    public const int DestinationNat = -100;
    public const int Filter = 0;
    public const int Security = 50;
    public const int SourceNat = 100;

    /// <summary>Destination NAT in the bridge family.</summary>
    public const int BridgeDestinationNat = -300;

    /// <summary>Filters in the bridge family.</summary>
    public const int BridgeFilter = -200;
}
