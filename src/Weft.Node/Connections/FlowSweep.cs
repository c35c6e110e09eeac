using Weft.Netlink;
using Weft.Netlink.Conntrack;

namespace Weft.Node.Connections;

/// <summary>Has the kernel forget flows, in portions, which bounds the memory.</summary>
internal static class FlowSweep
{
    private const int Portion = 4096;

    /// <summary>Deletes every flow that the filter and the predicate choose.</summary>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public static int Delete(IConntrack flows, FlowFilter filter, Predicate<Flow> where)
    {
        var (deleted, found) = (0, Portion);
        while (found == Portion)
        {
            var chosen = flows.Find(filter, where, Portion);
            found = chosen.Count;
            deleted += flows.Delete(chosen);
        }

        return deleted;
    }
}
