using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>The packet filter of one network namespace: the kernel's, or a fake that behaves the same.</summary>
public interface INftablesDriver
{
    /// <summary>Reads tables; those that do not exist are left out.</summary>
    /// <param name="tables">Which; empty for all.</param>
    /// <exception cref="NftException">The kernel refused.</exception>
    NftReadBack ReadBack(params EquatableArray<NftTableId> tables);

    /// <summary>Whether there is such a table. Cheaper than to read it, and than a batch that the kernel refuses, which waits for a grace period.</summary>
    /// <exception cref="NftException">The kernel refused.</exception>
    bool HasTable(NftTableId table) => ReadBack(table).Ruleset.Tables.Count > 0;

    /// <summary>The number of the ruleset's state: while it stays the same, nobody has changed anything.</summary>
    /// <remarks>What the packet path does to dynamic sets does not count.</remarks>
    /// <exception cref="NftException">The kernel refused.</exception>
    uint Generation();

    /// <summary>Carries a batch out: all of it or, on an exception, nothing (unless the kernel's limits made the driver split it).</summary>
    /// <exception cref="NftException">The kernel refused; it names the operation.</exception>
    void Apply(NftBatch batch);
}
