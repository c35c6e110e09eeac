using Weft.Cni.Attach;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;
using Weft.Netlink.Nftables;

namespace Weft.Cni.Rules;

/// <summary>Puts the elements of attachments into the packet filter and takes them out again; the folder's README says by which rule.</summary>
/// <remarks>An attachment without elements does not touch the filter: a host may have none.</remarks>
internal sealed class RuleStore(IPluginWorld world)
{
    /// <summary>How often a removal starts over because somebody else changed the ruleset in between; then it leaves tables and chains alone.</summary>
    private const int MaxConflicts = 20;

    /// <summary>Programs the elements.</summary>
    public void Add(AttachmentRules rules)
    {
        if (rules.IsEmpty)
            return;
        try
        {
            AddOrDefine(rules);
        }
        catch (NftException error) when (error.Errno == Errno.EEXIST)
        {
            // The address was somebody's whose DEL never came.
            Remove(element => rules.Elements.Any(each => each.Element.Key == element.Key));
            AddOrDefine(rules);
        }
    }

    /// <summary>Removes every element that <paramref name="isGone"/>, and what nothing uses any more.</summary>
    /// <param name="isGone">Chooses elements.</param>
    /// <param name="among">In these tables; in all where there are none.</param>
    public void Remove(Func<NftElement, bool> isGone, params EquatableArray<NftTableId> among)
    {
        var tables = among.Count > 0 ? among : RuleTables.All;
        for (var attempt = 1; ; attempt++)
        {
            var current = world.Filter.ReadBack(tables);
            var operations = new List<NftOperation>();
            var tidy = attempt < MaxConflicts;
            foreach (var table in current.Ruleset.Tables)
                operations.AddRange(Removal(table, isGone, tidy));
            if (operations.Count == 0)
                return;
            try
            {
                world.Filter.Apply(new NftBatch(operations.ToEquatableArray(), tidy ? current.Generation : null));
                return;
            }
            catch (NftException error) when (tidy && (error.IsConflict || error.Errno == Errno.ENOENT))
            {
                // Another attachment came or went: look again.
            }
        }
    }

    /// <summary>Fails when an element is missing.</summary>
    public void Check(AttachmentRules rules)
    {
        if (rules.IsEmpty)
            return;
        var current = world.Filter.ReadBack(RuleTables.All).Ruleset;
        foreach (var (table, set, element) in rules.Elements)
        {
            var found = current.Find(table)?.FindSet(set.Name)?.Elements.Any(each => each.Key == element.Key) ?? false;
            if (!found)
                throw CniException.Internal($"packet filter element {element.Key} of {table} {set.Name} is missing");
        }
    }

    private void AddOrDefine(AttachmentRules rules)
    {
        if (rules.Elements.Select(each => each.Table).Distinct().All(world.Filter.HasTable))
        {
            try
            {
                world.Filter.Apply(new NftBatch(AddElements(rules).ToEquatableArray()));
                return;
            }
            catch (NftException error) when (error.Errno == Errno.ENOENT)
            {
                // A table went in between, or the chain of the subnet is missing.
            }
        }

        world.Filter.Apply(new NftBatch([.. Define(rules), .. AddElements(rules)]));
    }

    private static List<NftOperation> AddElements(AttachmentRules rules)
    {
        var operations = new List<NftOperation>(rules.Elements.Count);
        foreach (var (table, set, element) in rules.Elements)
            operations.Add(new NftAddElements(table, set, [element]));
        return operations;
    }

    /// <summary>Tables, sets and chains, in a form that changes nothing where they are as wanted already.</summary>
    private static List<NftOperation> Define(AttachmentRules rules)
    {
        var operations = new List<NftOperation>();
        foreach (var id in rules.Elements.Select(each => each.Table).Distinct())
        {
            var table = RuleTables.Define(id);
            operations.Add(new NftAddTable(id));
            foreach (var set in table.Sets)
                operations.Add(new NftAddSet(id, set));
            foreach (var chain in table.Chains)
                Define(operations, id, chain);
        }

        foreach (var chain in rules.Chains.Distinct())
            Define(operations, RuleTables.Masquerade, chain);
        return operations;
    }

    private static void Define(List<NftOperation> operations, NftTableId table, NftChain chain)
    {
        var complete = NftGuards.Complete(new NftTable(table.Family, table.Name) { Chains = [chain] }).Chains[0];
        operations.Add(new NftAddChain(table, complete.Name, complete.Base));
        operations.Add(new NftFlushChain(table, complete.Name));
        foreach (var rule in complete.Rules)
            operations.Add(new NftAddRule(table, complete.Name, rule));
    }

    private static IEnumerable<NftOperation> Removal(NftTable table, Func<NftElement, bool> isGone, bool tidy)
    {
        var remaining = 0;
        var operations = new List<NftOperation>();
        var chains = new HashSet<string>();
        foreach (var set in table.Sets)
        {
            var gone = set.Elements.Where(isGone).ToEquatableArray();
            foreach (var element in gone)
            {
                if (element.Verdict?.Chain is { } chain)
                    chains.Add(chain);
            }

            remaining += set.Elements.Count - gone.Count;
            if (gone.Count > 0)
                operations.Add(new NftDeleteElements(table.Id, set, gone));
        }

        if (!tidy)
            return operations;
        if (operations.Count > 0 && remaining == 0)
            return [new NftDeleteTable(table.Id)];
        foreach (var set in table.Sets)
        {
            foreach (var element in set.Elements)
            {
                if (element.Verdict?.Chain is { } used && !isGone(element))
                    chains.Remove(used);
            }
        }

        foreach (var chain in chains)
            operations.AddRange([new NftFlushChain(table.Id, chain), new NftDeleteChain(table.Id, chain)]);
        return operations;
    }
}
