namespace Weft.Netlink.Conntrack;

/// <summary>The flows that the kernel follows in one network namespace: the kernel's, or those of the fake beside it.</summary>
public interface IConntrack : IDisposable
{
    /// <summary>Flows that match; memory grows with these only, whatever the size of the table.</summary>
    /// <param name="filter">What the kernel can select.</param>
    /// <param name="where">What is asked of each beyond that.</param>
    /// <param name="limit">How many at most; there may be more when so many come back.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    IReadOnlyList<Flow> Find(FlowFilter filter, Predicate<Flow>? where = null, int limit = int.MaxValue);

    /// <summary>Makes the kernel forget flows; their next packets are treated as first ones. Those that are gone already are no error.</summary>
    /// <returns>How many were there.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    int Delete(IReadOnlyList<Flow> flows);

    /// <summary>Makes a flow known as if its first packet had passed.</summary>
    /// <exception cref="NetlinkException">The kernel refused; <see cref="NetlinkException.AlreadyExists"/> when it is known.</exception>
    void Add(Flow flow, TimeSpan lifetime);

    /// <summary>How full the table is.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    ConntrackUsage Usage();
}
