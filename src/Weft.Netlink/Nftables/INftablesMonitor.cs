using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>Tells when somebody else changes tables of ours.</summary>
public interface INftablesMonitor
{
    /// <summary>Changes of these tables by anybody but this driver, as they are committed. The first one says that anything may have changed before.</summary>
    /// <exception cref="NetlinkException">The kernel does not let us listen, or ended it.</exception>
    IAsyncEnumerable<NftChange> WatchAsync(EquatableArray<NftTableId> tables, CancellationToken cancel);
}

/// <summary>Somebody else changed our tables.</summary>
/// <param name="Tables">Which; empty when changes may have been missed (at the beginning, and after ENOBUFS).</param>
/// <param name="Process">Name of the program, where the kernel tells.</param>
/// <param name="ProcessId">Its number as the kernel sees it, 0 when unknown.</param>
public sealed record NftChange(EquatableArray<NftTableId> Tables, string? Process = null, int ProcessId = 0)
{
    /// <summary>Changes may have been missed.</summary>
    public static NftChange Unknown { get; } = new([]);

    /// <summary>Whether changes may have been missed.</summary>
    public bool IsUnknown => Tables.Count == 0;
}
