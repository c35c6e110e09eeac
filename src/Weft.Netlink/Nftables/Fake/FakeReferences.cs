using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>What refers to what inside of a table, as the kernel's use counts know it.</summary>
internal static class FakeReferences
{
    private const int Loop = 40;

    internal static HashSet<string> ToChains(NftTable table)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chain in table.Chains)
        {
            foreach (var rule in chain.Rules)
                found.UnionWith(ToChains(rule));
        }

        foreach (var set in table.Sets)
            found.UnionWith(ToChains(set));
        return found;
    }

    internal static IEnumerable<string> ToChains(NftRule rule)
    {
        foreach (var statement in (IEnumerable<NftStatement>)rule.Statements)
        {
            if (statement is NftVerdictStatement { Verdict.Chain: { } chain })
                yield return chain;
        }
    }

    internal static IEnumerable<string> ToSets(NftRule rule) =>
        ((IEnumerable<NftStatement>)rule.Statements).SelectMany(statement => ToSets(statement.Reads).Concat(Named(statement)));

    internal static HashSet<string> ToSets(NftTable table) =>
        table.Chains.SelectMany(chain => chain.Rules).SelectMany(ToSets).ToHashSet(StringComparer.Ordinal);

    /// <summary>Refuses tables in which chains call each other in a circle.</summary>
    internal static void CheckLoops(IEnumerable<NftTable> tables)
    {
        foreach (var table in tables)
        {
            var done = new HashSet<string>(StringComparer.Ordinal);
            foreach (var chain in table.Chains)
                Visit(table, chain, new HashSet<string>(StringComparer.Ordinal), done);
        }
    }

    private static void Visit(NftTable table, NftChain chain, HashSet<string> path, HashSet<string> done)
    {
        if (done.Contains(chain.Name))
            return;
        if (!path.Add(chain.Name))
            throw FakeRefusal.Of("change nftables", Loop, $"the chains of table {table.Id} call each other in a circle at '{chain.Name}'");
        foreach (var rule in chain.Rules)
        {
            foreach (var target in Targets(table, rule))
                Visit(table, table.FindChain(target)!, path, done);
        }

        path.Remove(chain.Name);
        done.Add(chain.Name);
    }

    private static IEnumerable<string> Targets(NftTable table, NftRule rule) =>
        ToChains(rule).Concat(ToSets(rule).Select(table.FindSet).Where(set => set is { IsVerdictMap: true }).SelectMany(set => ToChains(set!)));

    private static IEnumerable<string> ToChains(NftSet set) =>
        set.IsVerdictMap ? set.Elements.Select(element => element.Verdict?.Chain).OfType<string>() : [];

    private static IEnumerable<string> ToSets(Weft.Model.EquatableArray<NftExpression> expressions) =>
        expressions.SelectMany(expression => ToSets(expression.Parts).Concat(expression is NftMapValue map ? [map.Map] : []));

    private static IEnumerable<string> Named(NftStatement statement) => statement.NamedSet is { } set ? [set] : [];
}
