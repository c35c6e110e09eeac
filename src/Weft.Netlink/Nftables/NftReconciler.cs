using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Nftables;

/// <summary>Brings the kernel's tables to a desired state whatever they are now: read back, compare, apply; again when somebody interferes.</summary>
public static class NftReconciler
{
    // Each round loses against a writer in the microseconds between reading and committing; this often is no accident.
    private const int MaxRounds = 8;

    /// <summary>Makes the tables equal to <paramref name="desired"/>; tables of <paramref name="owned"/> that it lacks are deleted, others are left alone.</summary>
    /// <param name="driver">The packet filter.</param>
    /// <param name="desired">The tables that shall be.</param>
    /// <param name="owned">Tables that belong to the caller, desired or not.</param>
    /// <returns>What was applied; empty when nothing had to be.</returns>
    /// <exception cref="NftException">The kernel refused, or others kept changing the ruleset (<see cref="NftException.IsConflict"/>).</exception>
    public static NftBatch Converge(this INftablesDriver driver, NftRuleset desired, EquatableArray<NftTableId> owned = default)
    {
        var scope = desired.Tables.Select(table => table.Id).Concat(owned).Distinct().ToEquatableArray();
        if (scope.Count == 0)
            return new NftBatch([]);
        for (var round = 1; ; round++)
        {
            var batch = NftDiff.Between(driver.ReadBack(scope), desired);
            try
            {
                driver.Apply(batch);
                return batch;
            }
            catch (NftException refused) when (round < MaxRounds && (refused.IsConflict || refused.Errno == Errno.ENOBUFS))
            {
            }
        }
    }
}
