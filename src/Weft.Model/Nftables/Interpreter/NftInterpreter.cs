namespace Weft.Model.Nftables;

/// <summary>Decides a packet as the kernel would: the base chains of a hook in the order of their priorities, rule by rule.</summary>
/// <remarks>
/// Pure: what a packet does not say, <see cref="NftHost"/> does. Limits always let through, logs are noted and have no effect; what
/// rules put into dynamic sets is kept in <see cref="Memory"/>, without time passing. A header that the packet lacks ends the rule without a match, as NFT_BREAK does. Source: net/netfilter/nf_tables_core.c.
/// </remarks>
public sealed class NftInterpreter(NftRuleset ruleset, NftHost host, NftMemory? memory = null)
{
    private readonly NftTableIndex[] _tables = [.. NftGuards.Complete(ruleset).Tables.Select(table => new NftTableIndex(table))];

    /// <summary>What rules have put into dynamic sets.</summary>
    public NftMemory Memory { get; } = memory ?? new();

    /// <summary>Sends a packet through one hook.</summary>
    public NftTrace Run(NftHook hook, NftPacket packet)
    {
        var steps = new List<NftTraceStep>();
        NftStatement? last = null;
        foreach (var (index, chain) in BaseChains(hook, packet))
        {
            var run = new NftChainRun(index, host, Memory, packet, steps);
            var verdict = run.Evaluate(chain);
            packet = run.Packet;
            last = run.Decision ?? last;
            var dropped = verdict is null or NftVerdictKind.Return or NftVerdictKind.Continue
                ? chain.Base!.DropByDefault
                : verdict == NftVerdictKind.Drop;
            if (!dropped)
                continue;
            if (verdict != NftVerdictKind.Drop)
                steps.Add(new NftTraceStep(index.Table.Id, chain.Name, chain.Rules.Count, "policy drop"));
            return new NftTrace(Accepted: false, packet, [.. steps]) { Decision = run.Decision };
        }

        return new NftTrace(Accepted: true, packet, [.. steps]) { Decision = last };
    }

    private IEnumerable<(NftTableIndex Table, NftChain Chain)> BaseChains(NftHook hook, NftPacket packet)
    {
        var family = packet.Source.IsV6 ? NftFamily.Ip6 : NftFamily.Ip;
        return _tables
            .Where(index => index.Table.Family == NftFamily.Inet || index.Table.Family == family)
            .SelectMany(index => ((IEnumerable<NftChain>)index.Table.Chains).Where(chain => chain.Base?.Hook == hook).Select(chain => (index, chain)))
            .OrderBy(found => found.chain.Base!.Priority);
    }
}
