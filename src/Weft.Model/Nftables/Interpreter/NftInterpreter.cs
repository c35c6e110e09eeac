namespace Weft.Model.Nftables;

/// <summary>Decides a packet as the kernel would: the base chains of a hook in the order of their priorities, rule by rule.</summary>
/// <remarks>
/// Pure: what a packet does not say, <see cref="NftHost"/> does. Limits always let through, logs are noted and have no effect; what
/// rules put into dynamic sets is kept in <see cref="Memory"/>, without time passing. A header that the packet lacks ends the rule without a match, as NFT_BREAK does. Source: net/netfilter/nf_tables_core.c.
/// </remarks>
public sealed class NftInterpreter(NftRuleset ruleset, NftHost host, NftMemory? memory = null)
{
    /// <summary>What rules have put into dynamic sets.</summary>
    public NftMemory Memory { get; } = memory ?? new();

    /// <summary>Sends a packet through one hook.</summary>
    public NftTrace Run(NftHook hook, NftPacket packet)
    {
        var steps = new List<NftTraceStep>();
        NftStatement? last = null;
        foreach (var (table, chain) in BaseChains(hook, packet))
        {
            var run = new NftChainRun(table, host, Memory, packet, steps);
            var verdict = run.Evaluate(chain);
            packet = run.Packet;
            last = run.Decision ?? last;
            var dropped = verdict is null or NftVerdictKind.Return or NftVerdictKind.Continue
                ? chain.Base!.DropByDefault
                : verdict == NftVerdictKind.Drop;
            if (!dropped)
                continue;
            if (verdict != NftVerdictKind.Drop)
                steps.Add(new NftTraceStep(table.Id, chain.Name, chain.Rules.Count, "policy drop"));
            return new NftTrace(Accepted: false, packet, [.. steps]) { Decision = run.Decision };
        }

        return new NftTrace(Accepted: true, packet, [.. steps]) { Decision = last };
    }

    private IEnumerable<(NftTable Table, NftChain Chain)> BaseChains(NftHook hook, NftPacket packet)
    {
        var family = packet.Source.IsV6 ? NftFamily.Ip6 : NftFamily.Ip;
        return ((IEnumerable<NftTable>)NftGuards.Complete(ruleset).Tables)
            .Where(table => table.Family == NftFamily.Inet || table.Family == family)
            .SelectMany(table => ((IEnumerable<NftChain>)table.Chains).Where(chain => chain.Base?.Hook == hook).Select(chain => (table, chain)))
            .OrderBy(found => found.chain.Base!.Priority);
    }
}
