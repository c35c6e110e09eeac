namespace Weft.Model.Nftables;

/// <summary>What became of a packet at a hook, and why.</summary>
/// <param name="Accepted">Whether it goes on.</param>
/// <param name="Packet">The packet as it goes on: marks and addresses may have changed.</param>
/// <param name="Steps">The rules that matched, in order.</param>
public sealed record NftTrace(bool Accepted, NftPacket Packet, EquatableArray<NftTraceStep> Steps)
{
    /// <summary>The statement that decided, where it was more than a verdict: a rejection, or address translation.</summary>
    public NftStatement? Decision { get; init; }
}

/// <summary>A rule that matched to its end.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Chain">Its chain.</param>
/// <param name="Rule">Its place in the chain.</param>
/// <param name="Outcome">The verdict or effect, in nft's words.</param>
public sealed record NftTraceStep(NftTableId Table, string Chain, int Rule, string Outcome)
{
    /// <summary>The comment of the element that a verdict map found; null for anything else.</summary>
    public string? Comment { get; init; }
}
