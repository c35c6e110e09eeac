namespace Weft.Model.Nftables;

/// <summary>The operations that lead from one state of a table to another.</summary>
internal static class NftTableDiff
{
    internal static void Between(NftTable? current, NftTable desired, List<NftOperation> operations)
    {
        if (current is null)
        {
            Create(desired, operations);
        }
        else if (NeedsReplacement(current, desired))
        {
            operations.Add(new NftDeleteTable(desired.Id));
            Create(desired, operations);
        }
        else
        {
            Update(current, desired, operations);
        }
    }

    private static void Create(NftTable table, List<NftOperation> operations)
    {
        operations.Add(new NftAddTable(table.Id, table.Comment));
        Update(new NftTable(table.Family, table.Name), table, operations);
    }

    private static bool NeedsReplacement(NftTable current, NftTable desired)
    {
        if (current.Comment != desired.Comment)
            return true;
        foreach (var set in desired.Sets)
        {
            if (current.FindSet(set.Name) is { } present && !present.HasSameDefinition(set))
                return true;
        }

        foreach (var chain in desired.Chains)
        {
            if (current.FindChain(chain.Name) is { } present && !present.HasSameDefinition(chain))
                return true;
        }

        return false;
    }

    private static void Update(NftTable current, NftTable desired, List<NftOperation> operations)
    {
        AddChains(current, desired, operations);
        ChangeSets(current, desired, operations);
        ChangeRules(current, desired, operations);
        Remove(current, desired, operations);
    }

    private static void AddChains(NftTable current, NftTable desired, List<NftOperation> operations)
    {
        foreach (var chain in desired.Chains)
        {
            if (current.FindChain(chain.Name) is null)
                operations.Add(new NftAddChain(desired.Id, chain.Name, chain.Base, chain.Comment));
        }
    }

    private static void ChangeSets(NftTable current, NftTable desired, List<NftOperation> operations)
    {
        foreach (var set in desired.Sets)
        {
            var present = current.FindSet(set.Name);
            if (present is null)
                operations.Add(new NftAddSet(desired.Id, set));
            if (!set.IsDynamic && !ReferenceEquals(present, set))
                NftElementDiff.Between(desired.Id, present?.Elements ?? [], set, operations);
        }
    }

    private static void ChangeRules(NftTable current, NftTable desired, List<NftOperation> operations)
    {
        foreach (var chain in desired.Chains)
        {
            var present = current.FindChain(chain.Name)?.Rules ?? [];
            if (present == chain.Rules)
                continue;
            var kept = IsPrefix(present, chain.Rules) ? present.Count : 0;
            if (kept == 0 && present.Count > 0)
                operations.Add(new NftFlushChain(desired.Id, chain.Name));
            for (var i = kept; i < chain.Rules.Count; i++)
                operations.Add(new NftAddRule(desired.Id, chain.Name, chain.Rules[i], i));
        }
    }

    private static void Remove(NftTable current, NftTable desired, List<NftOperation> operations)
    {
        foreach (var chain in current.Chains)
        {
            if (chain.Rules.Count > 0 && desired.FindChain(chain.Name) is null)
                operations.Add(new NftFlushChain(desired.Id, chain.Name));
        }

        foreach (var set in current.Sets)
        {
            if (desired.FindSet(set.Name) is null)
                operations.Add(new NftDeleteSet(desired.Id, set.Name));
        }

        foreach (var chain in current.Chains)
        {
            if (desired.FindChain(chain.Name) is null)
                operations.Add(new NftDeleteChain(desired.Id, chain.Name));
        }
    }

    private static bool IsPrefix(EquatableArray<NftRule> head, EquatableArray<NftRule> whole) =>
        head.Count <= whole.Count && head.AsSpan().SequenceEqual(whole.AsSpan()[..head.Count]);
}
