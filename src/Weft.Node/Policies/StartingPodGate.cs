using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Netlink.Libc;
using Weft.Netlink.Nftables;

namespace Weft.Node.Policies;

/// <summary>Lets pods out of the isolation in which the CNI plugin puts them, once the kernel has their policies.</summary>
/// <param name="driver">The packet filter.</param>
internal sealed class StartingPodGate(INftablesDriver driver)
{
    // Each round loses against a plugin that comes or goes at the same moment; then the tables stay, which does no harm.
    private const int MaxRounds = 8;

    /// <summary>Takes addresses out; those that are not isolated are no error. A table of which nothing is left goes.</summary>
    /// <param name="isReady">Whether the policies of an address are in the kernel.</param>
    /// <returns>How many addresses stay isolated.</returns>
    /// <exception cref="NftException">The kernel refused.</exception>
    public int Open(Func<IpAddress, bool> isReady)
    {
        for (var round = 1; ; round++)
        {
            var found = driver.ReadBack(StartingPods.Tables);
            var (operations, left) = Removal(found.Ruleset, isReady, tidy: round < MaxRounds);
            if (operations.Count == 0)
                return left;
            try
            {
                driver.Apply(new NftBatch(operations.ToEquatableArray(), round < MaxRounds ? found.Generation : null));
                return left;
            }
            catch (NftException error) when (round < MaxRounds && (error.IsConflict || error.Errno == Errno.ENOENT))
            {
                // Another pod came or went: look again.
            }
        }
    }

    private static (List<NftOperation> Operations, int Left) Removal(NftRuleset found, Func<IpAddress, bool> isReady, bool tidy)
    {
        var operations = new List<NftOperation>();
        var all = 0;
        foreach (var table in found.Tables)
        {
            var (left, gone) = (0, new List<NftOperation>());
            foreach (var set in table.Sets)
            {
                var ready = set.Elements.Where(element => isReady(IpAddress.Read(element.Key.Bytes))).ToEquatableArray();
                left += set.Elements.Count - ready.Count;
                if (ready.Count > 0)
                    gone.Add(new NftDeleteElements(table.Id, set, ready));
            }

            all += left;
            operations.AddRange(tidy && left == 0 && gone.Count > 0 ? [new NftDeleteTable(table.Id)] : gone);
        }

        return (operations, all);
    }
}
