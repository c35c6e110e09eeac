using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Nftables;

/// <summary>One operation of a fake transaction.</summary>
internal sealed class FakeOperation(Dictionary<NftTableId, NftTable> tables, NftOperation operation)
{
    internal void Run()
    {
        switch (operation)
        {
            case NftAddTable add:
                tables.TryAdd(add.Table, new NftTable(add.Table.Family, add.Table.Name) { Comment = add.Comment });
                break;
            case NftDeleteTable delete:
                tables.Remove(delete.Table);
                break;
            default:
                var table = tables.GetValueOrDefault(operation.Table) ?? throw FakeRefusal.NotFound(operation);
                tables[operation.Table] = Change(table);
                break;
        }
    }

    private NftTable Change(NftTable table) => operation switch
    {
        NftAddChain add => AddChain(table, add),
        NftDeleteChain delete => DeleteChain(table, delete),
        NftFlushChain flush => Replace(table, Chain(table, flush.Name) with { Rules = [] }),
        NftAddRule add => AddRule(table, add),
        NftAddSet add => AddSet(table, add),
        NftDeleteSet delete => DeleteSet(table, delete),
        NftFlushSet flush => Replace(table, Set(table, flush.Name) with { Elements = [] }),
        NftAddElements add => Replace(table, FakeElements.Add(table, Set(table, add.Set.Name), add)),
        NftDeleteElements delete => Replace(table, FakeElements.Delete(Set(table, delete.Set.Name), delete)),
        _ => throw new ArgumentException($"unknown operation {operation}"),
    };

    private NftTable AddChain(NftTable table, NftAddChain add)
    {
        if (table.FindChain(add.Name) is not { } present)
            return table with { Chains = [.. table.Chains, new NftChain(add.Name, add.Base, [], add.Comment)] };
        return present.Base == add.Base ? table : throw FakeRefusal.Of(operation, Errno.EEXIST);
    }

    private NftTable DeleteChain(NftTable table, NftDeleteChain delete)
    {
        var chain = Chain(table, delete.Name);
        var rest = table with { Chains = table.Chains.Where(other => !ReferenceEquals(other, chain)).ToEquatableArray() };
        return FakeReferences.ToChains(rest).Contains(delete.Name) ? throw FakeRefusal.Of(operation, Errno.EBUSY) : rest;
    }

    private NftTable AddRule(NftTable table, NftAddRule add)
    {
        var chain = Chain(table, add.Chain);
        foreach (var set in FakeReferences.ToSets(add.Rule))
            Set(table, set);
        foreach (var target in FakeReferences.ToChains(add.Rule))
            RequireTarget(table, target);
        return Replace(table, chain with { Rules = [.. chain.Rules, add.Rule] });
    }

    private void RequireTarget(NftTable table, string target)
    {
        if (Chain(table, target).Base is not null)
            throw FakeRefusal.Of(operation, Errno.EOPNOTSUPP);
    }

    private NftTable AddSet(NftTable table, NftAddSet add)
    {
        if (table.FindSet(add.Set.Name) is not { } present)
            return table with { Sets = [.. table.Sets, add.Set with { Elements = [] }] };
        return present.HasSameDefinition(add.Set) ? table : throw FakeRefusal.Of(operation, Errno.EEXIST);
    }

    private NftTable DeleteSet(NftTable table, NftDeleteSet delete)
    {
        var set = Set(table, delete.Name);
        return FakeReferences.ToSets(table).Contains(delete.Name)
            ? throw FakeRefusal.Of(operation, Errno.EBUSY)
            : table with { Sets = table.Sets.Where(other => !ReferenceEquals(other, set)).ToEquatableArray() };
    }

    private NftChain Chain(NftTable table, string name) => table.FindChain(name) ?? throw FakeRefusal.NotFound(operation);

    private NftSet Set(NftTable table, string name) => table.FindSet(name) ?? throw FakeRefusal.NotFound(operation);

    private static NftTable Replace(NftTable table, NftChain chain) =>
        table with { Chains = table.Chains.Select(other => other.Name == chain.Name ? chain : other).ToEquatableArray() };

    private static NftTable Replace(NftTable table, NftSet set) =>
        table with { Sets = table.Sets.Select(other => other.Name == set.Name ? set : other).ToEquatableArray() };
}
