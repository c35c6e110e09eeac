using Weft.Compilers.Services.Iptables;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Compilers.Tracing;

/// <summary>Chains of iptables: walked rule by rule; where chance decides, both ways are followed.</summary>
/// <param name="node">The node's name.</param>
/// <param name="rules">The chains of the packet's family.</param>
/// <param name="own">The node's addresses.</param>
internal sealed class IptablesPath(string node, IptablesRuleset rules, IReadOnlySet<IpAddress> own) : ITargetPath
{
    private const uint MasqueradeMark = 0x4000;

    /// <inheritdoc/>
    public string Name => "iptables";

    /// <inheritdoc/>
    public TargetPassage Enter(NftHook hook, NftPacket packet)
    {
        var ways = Walk("nat", hook == NftHook.Output ? "OUTPUT" : "PREROUTING", packet).SelectMany(way => Filter(hook, way)).ToList();
        if (ways.TrueForAll(way => way.End is IptablesEnd.Drop or IptablesEnd.Reject))
            return new TargetPassage([.. ways[0].Hops], ways[0].End == IptablesEnd.Reject ? TraceOutcome.Refused : TraceOutcome.Dropped, []);
        var through = ways.FindAll(way => way.End is not (IptablesEnd.Drop or IptablesEnd.Reject));
        var shared = Shared(through);
        return new TargetPassage(
            [.. through[0].Hops.Take(shared)],
            TraceOutcome.Delivered,
            through.Select(way => new TargetChoice(way.Packet, way.Probability, [.. way.Hops.Skip(shared)])).ToEquatableArray());
    }

    /// <inheritdoc/>
    public (bool Masqueraded, EquatableArray<TraceHop> Hops) Leave(NftPacket packet)
    {
        var way = Walk("nat", "POSTROUTING", packet).Single();
        var masqueraded = way.End == IptablesEnd.Masquerade;
        return (masqueraded, masqueraded && (packet.Mark & MasqueradeMark) != 0 ? [.. way.Hops] : []);
    }

    /// <summary>What was translated goes through <c>filter</c> with its new destination.</summary>
    private IEnumerable<IptablesWay> Filter(NftHook hook, IptablesWay way)
    {
        var chain = hook == NftHook.Output ? "OUTPUT" : own.Contains(way.Packet.Destination) ? "INPUT" : "FORWARD";
        foreach (var behind in Walk("filter", chain, way.Packet))
        {
            var ended = behind.End is IptablesEnd.Drop or IptablesEnd.Reject;
            yield return behind with { Probability = behind.Probability * way.Probability, Hops = [.. way.Hops, .. ended ? behind.Hops : []] };
        }
    }

    private IEnumerable<IptablesWay> Walk(string table, string chain, NftPacket packet) =>
        new IptablesWalk(node, rules.Table(table), own).From(chain, packet);

    private static int Shared(List<IptablesWay> ways)
    {
        var count = ways.Min(way => way.Hops.Count);
        for (var i = 0; i < count; i++)
        {
            if (ways.Exists(way => way.Hops[i] != ways[0].Hops[i]))
                return i;
        }

        return count;
    }
}
