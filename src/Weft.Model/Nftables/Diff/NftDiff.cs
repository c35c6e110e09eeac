namespace Weft.Model.Nftables;

/// <summary>The operations that lead from one ruleset to another.</summary>
/// <remarks>
/// Elements are compared one by one, in one pass over both ordered lists; what kept its reference costs a pointer comparison. A chain with
/// changed rules is flushed and written anew in the same transaction, or only appended to where that is enough. A table with a changed
/// definition (of itself, a set, a chain's hook) is replaced as a whole. Within a table additions come before removals.
/// Elements of dynamic sets belong to the kernel and are left alone.
/// </remarks>
public static class NftDiff
{
    /// <summary>From a read-back; the batch is refused should somebody have changed the ruleset since.</summary>
    /// <exception cref="ArgumentException">A rule is contradictory, see <see cref="NftGuards"/>.</exception>
    public static NftBatch Between(NftReadBack current, NftRuleset desired) =>
        Compare(current.Ruleset, NftGuards.Complete(desired)) with { Generation = current.Generation };

    /// <summary>From what was applied last. Tables that only <paramref name="current"/> has are deleted.</summary>
    /// <exception cref="ArgumentException">A rule is contradictory, see <see cref="NftGuards"/>.</exception>
    public static NftBatch Between(NftRuleset current, NftRuleset desired) =>
        ReferenceEquals(current, desired) ? new NftBatch([]) : Compare(NftGuards.Complete(current), NftGuards.Complete(desired));

    // What was read back is compared as it is: a guard that is missing in the kernel is a difference.
    private static NftBatch Compare(NftRuleset current, NftRuleset desired)
    {
        var operations = new List<NftOperation>();
        foreach (var table in desired.Tables)
        {
            var present = current.Find(table.Id);
            if (!ReferenceEquals(present, table))
                NftTableDiff.Between(present, table, operations);
        }

        foreach (var table in current.Tables)
        {
            if (desired.Find(table.Id) is null)
                operations.Add(new NftDeleteTable(table.Id));
        }

        return new NftBatch([.. operations]);
    }
}
