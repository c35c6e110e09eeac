namespace Weft.Model.Nftables;

/// <summary>Operations that take effect together, in order; a driver splits them only when the kernel cannot take them at once.</summary>
/// <param name="Operations">What to do.</param>
/// <param name="Generation">
/// The generation of the ruleset that this was computed against (from a read-back); the kernel refuses the batch when somebody
/// changed the ruleset since. Null to apply whatever happened.
/// </param>
public sealed record NftBatch(EquatableArray<NftOperation> Operations, uint? Generation = null)
{
    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Operations.Count == 0;

    /// <summary>One line per operation.</summary>
    public override string ToString() => string.Join('\n', Operations.Select(operation => operation.Describe()));
}
