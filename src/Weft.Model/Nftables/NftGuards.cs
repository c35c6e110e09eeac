using System.Collections.Immutable;

namespace Weft.Model.Nftables;

/// <summary>Puts the protocol matches into rules that reading header fields needs, where the rule has none.</summary>
/// <remarks>
/// Completing twice changes nothing, and what is complete keeps its reference. After it, a field that several protocols share
/// (<c>th dport</c>) carries the name of the protocol that the rule asked for (<c>tcp dport</c>), as a read-back will say.
/// </remarks>
public static class NftGuards
{
    private const byte Tcp = 6;

    /// <summary>Completes every rule.</summary>
    /// <exception cref="ArgumentException">A rule reads a field that its table or an earlier match rules out.</exception>
    public static NftTable Complete(NftTable table)
    {
        var chains = ImmutableArray.CreateBuilder<NftChain>(table.Chains.Count);
        var changed = false;
        foreach (var chain in table.Chains)
        {
            var complete = Complete(chain, table.Family);
            changed |= !ReferenceEquals(complete, chain);
            chains.Add(complete);
        }

        return changed ? table with { Chains = chains.MoveToImmutable() } : table;
    }

    /// <summary>Completes every table.</summary>
    /// <exception cref="ArgumentException">As <see cref="Complete(NftTable)"/>.</exception>
    public static NftRuleset Complete(NftRuleset ruleset)
    {
        var tables = ImmutableArray.CreateBuilder<NftTable>(ruleset.Tables.Count);
        foreach (var table in ruleset.Tables)
            tables.Add(Complete(table));
        return new NftRuleset { Tables = tables.MoveToImmutable() };
    }

    private static NftChain Complete(NftChain chain, NftFamily family)
    {
        var rules = ImmutableArray.CreateBuilder<NftRule>(chain.Rules.Count);
        var changed = false;
        foreach (var rule in chain.Rules)
        {
            var complete = Complete(rule, family);
            changed |= !ReferenceEquals(complete, rule);
            rules.Add(complete);
        }

        return changed ? chain with { Rules = rules.MoveToImmutable() } : chain;
    }

    private static NftRule Complete(NftRule rule, NftFamily family)
    {
        var statements = new List<NftStatement>(rule.Statements.Count + 2);
        var protocols = new NftProtocols(family);
        var changed = false;
        foreach (var statement in rule.Statements)
        {
            foreach (var expression in statement.Reads)
                Require(expression, ref protocols, statements);
            if (statement is NftReject { With: NftRejectKind.TcpReset })
                protocols.RequireTransport(Tcp, "reject with tcp reset", statements);
            var named = NftFieldNames.Apply(statement, protocols);
            changed |= !ReferenceEquals(named, statement);
            statements.Add(named);
            protocols.Observe(named);
        }

        return changed || statements.Count != rule.Statements.Count ? rule with { Statements = [.. statements] } : rule;
    }

    private static void Require(NftExpression expression, ref NftProtocols protocols, List<NftStatement> guards)
    {
        if (expression is NftPayload payload)
            protocols.Require(NftFieldTable.Get(payload.Field), guards);
        foreach (var part in expression.Parts)
            Require(part, ref protocols, guards);
    }
}
