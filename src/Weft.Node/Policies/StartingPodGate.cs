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
    // Each round loses against a plugin that takes an address back at the same moment.
    private const int MaxRounds = 8;

    /// <summary>Takes addresses out; those that are not isolated are no error. The table stays: to make it anew would cost the next pod tens of milliseconds.</summary>
    /// <param name="ready">Of isolated addresses, those whose policies are in the kernel.</param>
    /// <returns>How many addresses stay isolated.</returns>
    /// <exception cref="NftException">The kernel refused.</exception>
    public int Open(Func<HashSet<IpAddress>, HashSet<IpAddress>> ready)
    {
        for (var round = 1; ; round++)
        {
            var found = driver.ReadBack(StartingPods.Tables).Ruleset;
            var (operations, left) = Removal(found, ready([.. found.Tables.SelectMany(table => table.Sets).SelectMany(set => set.Elements).Select(AddressOf)]));
            if (operations.Count == 0)
                return left;
            try
            {
                driver.Apply(new NftBatch(operations.ToEquatableArray()));
                return left;
            }
            catch (NftException error) when (round < MaxRounds && error.Errno == Errno.ENOENT)
            {
                // A pod went: look again.
            }
        }
    }

    private static (List<NftOperation> Operations, int Left) Removal(NftRuleset found, HashSet<IpAddress> ready)
    {
        var (operations, left) = (new List<NftOperation>(), 0);
        foreach (var table in found.Tables)
        {
            foreach (var set in table.Sets)
            {
                var gone = set.Elements.Where(element => ready.Contains(AddressOf(element))).ToEquatableArray();
                left += set.Elements.Count - gone.Count;
                if (gone.Count > 0)
                    operations.Add(new NftDeleteElements(table.Id, set, gone));
            }
        }

        return (operations, left);
    }

    private static IpAddress AddressOf(NftElement element) => IpAddress.Read(element.Key.Bytes);
}
