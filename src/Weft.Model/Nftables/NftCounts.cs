namespace Weft.Model.Nftables;

/// <summary>What a counter has counted, as read back.</summary>
/// <param name="Packets">Number of packets.</param>
/// <param name="Bytes">Number of bytes.</param>
public readonly record struct NftCounts(ulong Packets, ulong Bytes);
