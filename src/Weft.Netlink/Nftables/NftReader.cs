using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Dumps of tables, sets, elements, chains and rules, put together to a ruleset.</summary>
internal static class NftReader
{
    internal static uint Generation(NetlinkSocket socket)
    {
        using var writer = new NetlinkWriter(stackalloc byte[64]);
        return socket.Get(Request(writer, NftWire.GetGeneration, 0), "read the nftables generation", NftObjectDecoder.Generation);
    }

    internal static bool HasTable(NetlinkSocket socket, NftTableId wanted)
    {
        using var writer = new NetlinkWriter(stackalloc byte[64]);
        return socket.Dump(Request(writer, NftWire.GetTable, 0), "list nftables tables", NftObjectDecoder.Table).Exists(table => table.Id == wanted);
    }

    internal static NftRuleset Read(NetlinkSocket socket, EquatableArray<NftTableId> wanted)
    {
        using var writer = new NetlinkWriter(stackalloc byte[64]);
        var tables = socket.Dump(Request(writer, NftWire.GetTable, 0), "list nftables tables", NftObjectDecoder.Table);
        tables.RemoveAll(table => wanted.Count > 0 && !wanted.AsSpan().Contains(table.Id));
        return tables.Count == 0
            ? NftRuleset.Empty
            : new NftRuleset { Tables = ReadTables(socket, tables) };
    }

    private static EquatableArray<NftTable> ReadTables(NetlinkSocket socket, List<NftTable> tables)
    {
        using var writer = new NetlinkWriter(stackalloc byte[64]);
        var chains = socket.Dump(Request(writer, NftWire.GetChain, 0), "list nftables chains", NftObjectDecoder.Chain);
        return tables.Select(table => ReadTable(socket, table, chains)).ToEquatableArray();
    }

    private static NftTable ReadTable(NetlinkSocket socket, NftTable table, List<NftListedChain> chains)
    {
        var sets = ReadSets(socket, table.Id);
        var byName = sets.ToDictionary(set => set.Name, StringComparer.Ordinal);
        var rules = ReadRules(socket, table.Id, byName).ToLookup(found => found.Chain, found => found.Rule, StringComparer.Ordinal);
        return table with
        {
            Sets = sets.Select(set => set.IsDynamic ? set : WithElements(socket, table.Id, set)).ToEquatableArray(),
            Chains = chains.Where(found => found.Table == table.Id)
                .Select(found => found.Chain with { Rules = rules[found.Chain.Name].ToEquatableArray() }).ToEquatableArray(),
        };
    }

    /// <summary>The set with its elements.</summary>
    /// <remarks>
    /// The kernel resizes a hash table in the background once a large change has been committed (lib/rhashtable.c), and neither the generation
    /// nor NLM_F_DUMP_INTR tells. A dump goes on by counting (nft_rhash_walk), so one that spans the resize misses
    /// as many elements as it repeats: repeated elements mean that it is to be read again.
    /// </remarks>
    /// <exception cref="NetlinkException">The kernel refused; EINTR when the set kept being resized.</exception>
    internal static NftSet WithElements(NetlinkSocket socket, NftTableId table, NftSet set)
    {
        for (var attempt = 1; attempt <= NetlinkSocket.MaxDumpAttempts; attempt++)
        {
            var read = set with { Elements = ReadElements(socket, table, set) };
            if (!HasRepetitions(read.Elements.AsSpan()))
                return read;
            Thread.Sleep(attempt);
        }

        throw new NetlinkException(
            $"list nftables elements of {set.Name}", Errno.EINTR, kernelText: null, $"the kernel resized the set during each of {NetlinkSocket.MaxDumpAttempts} readings: try again");
    }

    private static bool HasRepetitions(ReadOnlySpan<NftElement> ordered)
    {
        for (var i = 1; i < ordered.Length; i++)
        {
            if (NftElement.CompareKeys(ordered[i - 1], ordered[i]) == 0)
                return true;
        }

        return false;
    }

    private static List<NftSet> ReadSets(NetlinkSocket socket, NftTableId table)
    {
        using var writer = new NetlinkWriter(stackalloc byte[256]);
        return socket.Dump(
            Request(writer, NftWire.GetSet, table.Family, Nfta.SetTable, table.Name), new Operation("list nftables sets of", table), NftSetDecoder.Decode);
    }

    private static List<NftListedRule> ReadRules(NetlinkSocket socket, NftTableId table, Dictionary<string, NftSet> sets)
    {
        using var writer = new NetlinkWriter(stackalloc byte[256]);
        return socket.Dump(
            Request(writer, NftWire.GetRule, table.Family, Nfta.RuleTable, table.Name),
            new Operation("list nftables rules of", table),
            (NetlinkMessage message, ref DecodeError error) => NftObjectDecoder.Rule(message, sets, ref error));
    }

    private static EquatableArray<NftElement> ReadElements(NetlinkSocket socket, NftTableId table, NftSet set)
    {
        using var writer = new NetlinkWriter(stackalloc byte[512]);
        var pages = socket.Dump(
            Request(writer, NftWire.GetElements, table.Family, Nfta.ElementsTable, table.Name, Nfta.ElementsSet, set.Name),
            new Operation("list nftables elements of", set.Name),
            NftElementDecoder.Decode);
        var listed = new List<NftListedElement>(pages.Sum(page => page.Count));
        foreach (var page in pages)
            listed.AddRange(page);
        return NftIntervals.Join(set, listed);
    }

    private static Span<byte> Request(NetlinkWriter writer, ushort type, NftFamily family, ushort first = 0, string? table = null, ushort second = 0, string? set = null)
    {
        NftMessages.Begin(ref writer, type, 0, family);
        if (table is not null)
            writer.PutString(first, table);
        if (set is not null)
            writer.PutString(second, set);
        return writer.Complete();
    }
}
