using Weft.Model.Nftables;

namespace Weft.Model.Nodes;

/// <summary>The nftables tables that the agent owns besides those of Services and policies; it touches no other.</summary>
public static class NodeTables
{
    /// <summary>Masquerade of what leaves the cluster.</summary>
    public static NftTableId Masquerade { get; } = new(NftFamily.Inet, "weft");

    /// <summary>What keeps connection tracking out of cluster DNS; its sets remember which addresses of the node are the agent's. Of the loop for DNS alone.</summary>
    public static NftTableId Dns { get; } = new(NftFamily.Inet, "weft-dns");

    /// <summary>All of the loop for routes: a read-back asks for these.</summary>
    public static EquatableArray<NftTableId> All { get; } = [Masquerade];
}
