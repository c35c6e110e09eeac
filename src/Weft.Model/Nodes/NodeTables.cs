using Weft.Model.Nftables;

namespace Weft.Model.Nodes;

/// <summary>The nftables tables that the agent owns; it touches no other.</summary>
public static class NodeTables
{
    /// <summary>Masquerade of what leaves the cluster.</summary>
    public static NftTableId Masquerade { get; } = new(NftFamily.Inet, "weft");

    /// <summary>All of them: a read-back asks for these.</summary>
    public static EquatableArray<NftTableId> All { get; } = [Masquerade];
}
