using Weft.Compilers.Services.Iptables;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>How a walk through a table ended.</summary>
internal enum IptablesEnd
{
    Policy,
    Return,
    Accept,
    Drop,
    Reject,
    Translate,
    Masquerade,
}

/// <summary>One way through a table.</summary>
/// <param name="Packet">The packet at its end.</param>
/// <param name="Probability">How likely it is.</param>
/// <param name="End">How it ended.</param>
/// <param name="Hops">The rules that matched.</param>
internal sealed record IptablesWay(NftPacket Packet, double Probability, IptablesEnd End, List<TraceHop> Hops);

/// <summary>Follows a packet through the chains of one table.</summary>
/// <param name="node">The node's name.</param>
/// <param name="table">The table.</param>
/// <param name="own">The node's addresses.</param>
internal sealed class IptablesWalk(string node, IptablesTable table, IReadOnlySet<IpAddress> own)
{
    /// <summary>Every way from a chain of the kernel on.</summary>
    public IEnumerable<IptablesWay> From(string chain, NftPacket packet)
    {
        IEnumerable<IptablesWay> ways = [new IptablesWay(packet, 1, IptablesEnd.Policy, [])];
        foreach (var jump in table.Jumps.Where(jump => jump.From == chain))
            ways = ways.SelectMany(way => way.End == IptablesEnd.Policy ? Step(chain.ToLowerInvariant(), chain, jump.Rule, way) : [way]).ToList();
        return ways;
    }

    private IEnumerable<IptablesWay> Through(string stage, string name, IptablesWay way)
    {
        IEnumerable<IptablesWay> ways = [way];
        foreach (var rule in table.Chains.FirstOrDefault(chain => chain.Name == name)?.Rules ?? [])
            ways = ways.SelectMany(open => open.End == IptablesEnd.Policy ? Step(stage, name, rule, open) : [open]).ToList();

        // Whoever returns goes on behind the rule that led here.
        return ways.Select(open => open.End == IptablesEnd.Return ? open with { End = IptablesEnd.Policy } : open);
    }

    private IEnumerable<IptablesWay> Step(string stage, string chain, string text, IptablesWay way)
    {
        var rule = IptablesRuleText.Parse(text);
        if (!rule.Matches(way.Packet, own))
            return [way];
        var matched = way with
        {
            Probability = way.Probability * rule.Chance,
            Hops = [.. way.Hops, new TraceHop(node, stage, $"{table.Name} {chain}: {text}", rule.Effect, Object: null)],
        };
        var ways = rule.Target switch
        {
            "MARK" => [matched with { Packet = rule.Mark(way.Packet) }],
            "DNAT" => [matched with { Packet = rule.Translate(way.Packet), End = IptablesEnd.Translate }],
            "RETURN" => [way with { End = IptablesEnd.Return }],
            "ACCEPT" => [matched with { End = IptablesEnd.Accept }],
            "DROP" => [matched with { End = IptablesEnd.Drop }],
            "REJECT" => [matched with { End = IptablesEnd.Reject }],
            "MASQUERADE" => [matched with { End = IptablesEnd.Masquerade }],
            var next => Through(stage, next, matched),
        };
        return rule.Chance < 1 ? [.. ways, way with { Probability = way.Probability * (1 - rule.Chance) }] : ways;
    }
}
