using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The chains that judge one end of a connection, in one family: the pod's class, the peer's identity, the verdict of both for the port.</summary>
/// <remarks>
/// <code>
/// egress4         judge; what comes back from there is denied: log it, drop it
/// egress4-judge   who is the peer (the packet carries it from here on); the verdict of the port, of the peer; the same for everybody
/// egress4-ranges  with ranges of ports between the two, for classes that have some
/// </code>
/// A verdict that accepts ends the hook's chain for this direction. No sum of verdicts: every connection finds one.
/// </remarks>
/// <param name="direction">Which end.</param>
/// <param name="audited">Whether policies under audit count.</param>
/// <param name="v6">The family.</param>
/// <param name="answers">Whether packets are taken for answers: judged is the connection that their receiver would have opened.</param>
internal sealed class JudgeChains(PolicyDirection direction, bool audited, bool v6, bool answers = false)
{
    // RFC 4890 4.3.1, 4.4.1: MLD, neighbour and router discovery, redirects; MLDv2 reports. Without them nobody finds the pod's gateway.
    private const uint FirstLocalType = 130, LastLocalType = 137, ListenerReport = 143;

    private const ulong LogsPerSecond = 50;
    private const uint LogBurst = 100;

    private static readonly NftType Carried = NftType.ClassId;
    private static readonly NftExpression Identity = new NftVariable(0, Carried), Class = new NftVariable(1, Carried);
    private static readonly NftData Numbers = NftData.Host32(PolicySets.NumberMask);
    private static readonly NftExpression Everybody = new NftConstant(NftData.Host32(PolicySets.Everybody), NftType.Mark);

    private readonly bool _ownIsSource = direction == PolicyDirection.Egress != answers;
    private readonly string _classes = PolicySets.Classes(direction, audited, v6);

    /// <summary>The first of the chains: what a packet of a policed pod goes to.</summary>
    public string Entry => answers ? $"{_classes}-answers" : _classes;

    private string Judge => $"{Entry}-judge";

    private string WithRanges => $"{Entry}-ranges";

    private NftExpression Own => Address(source: _ownIsSource);

    private NftExpression Peer => Address(source: !_ownIsSource);

    private NftExpression Port => answers ? Nft.TransportSport : Nft.TransportDport;

    /// <summary>The class of the pod; ends the rule where no policy selects it.</summary>
    private NftExpression OwnClass => Own.Map(_classes, NftType.Mark);

    /// <summary>Sends the packets of policed pods to a chain.</summary>
    public NftRule Dispatch(string chain) => Nft.Rule(OwnClass.IsNot(NftData.Host32(0)), Nft.Goto(chain));

    /// <summary>The chains.</summary>
    /// <param name="lengths">Bit n: some range of ports is a prefix of n bits.</param>
    public IEnumerable<NftChain> Build(uint lengths)
    {
        yield return Nft.Chain(Entry, [.. EntryRules()]);
        yield return Nft.Chain(Judge, [.. JudgeRules(lengths)]);
        if (lengths != 0)
            yield return Nft.Chain(WithRanges, [.. RangeRules(lengths)]);
    }

    private IEnumerable<NftRule> EntryRules()
    {
        if (v6 && !answers)
        {
            yield return Nft.Rule(new NftRangeMatch(Nft.Icmp6Type, NftData.Byte((byte)FirstLocalType), NftData.Byte((byte)LastLocalType)), Nft.Accept);
            yield return Nft.Rule(Nft.Icmp6Type.Is(ListenerReport), Nft.Accept);
        }

        yield return Nft.Rule(Nft.Concat(Own, Peer).In(PolicySets.Self(v6)), Nft.Accept);
        yield return Nft.Rule(Nft.Jump(Judge));
        yield return Nft.Rule(Log(PolicyLogging.Prefix(direction, audited)));
        yield return Nft.Rule(audited ? Nft.Accept : Nft.Drop);
    }

    private IEnumerable<NftRule> JudgeRules(uint lengths)
    {
        var nobody = NftData.Host32(PolicySets.Tag | PolicySets.Everybody);
        yield return Nft.Rule(Carry(new NftConstant(nobody, Carried)));
        yield return Nft.Rule(Carry(Peer.Map(PolicySets.Peers(v6), NftType.Mark)));
        yield return Nft.Rule(Nft.Priority.Is(nobody), Carry(Peer.Map(PolicySets.Blocks(v6), NftType.Mark)));
        yield return OfPeer(PolicySets.Ports, Nft.L4Proto, Port);
        if (lengths != 0)
            yield return Nft.Rule(OwnClass.HasAny(PolicySets.RangedFlag), Nft.Goto(WithRanges));
        yield return OfPeer(PolicySets.Any);
        yield return Nft.Rule(Carry(OwnClass));
        yield return OfEverybody(PolicySets.Ports, Nft.L4Proto, Port);
        yield return OfEverybody(PolicySets.Any);
    }

    // Longer prefixes first: the one that says "all ports" holds for those that no other entry names.
    private IEnumerable<NftRule> RangeRules(uint lengths)
    {
        foreach (var port in Prefixes(lengths))
            yield return OfPeer(PolicySets.Ranges, Nft.L4Proto, port);
        yield return OfPeer(PolicySets.Any);
        yield return Nft.Rule(Carry(OwnClass));
        yield return OfEverybody(PolicySets.Ports, Nft.L4Proto, Port);
        foreach (var port in Prefixes(lengths))
            yield return OfEverybody(PolicySets.Ranges, Nft.L4Proto, port);
        yield return OfEverybody(PolicySets.Any);
    }

    private IEnumerable<NftExpression> Prefixes(uint lengths)
    {
        for (var length = PortPrefixes.Single - 1; length >= 0; length--)
        {
            if ((lengths & (1u << length)) != 0)
                yield return new NftBitwise(Port, NftData.Big16(PortPrefixes.MaskOf(length)), NftData.Big16(PortPrefixes.MarkerOf(length)));
        }
    }

    /// <summary>
    /// Looks a verdict of this very peer up. Between two looks the packet carries the peer; the class passes through there only because nft 1.0.6 cannot list
    /// a key that has the result of a map in it.
    /// </summary>
    private NftRule OfPeer(string map, params ReadOnlySpan<NftExpression> port) => Nft.Rule(
        new NftLet(0, Nft.Priority),
        Carry(OwnClass),
        new NftLet(1, Nft.Priority),
        Carry(Identity),
        Nft.Concat([Class.And(Numbers), Identity.And(Numbers), .. port]).VerdictMap(map));

    /// <summary>Looks the verdict for everybody else up; the packet carries the class.</summary>
    private static NftRule OfEverybody(string map, params ReadOnlySpan<NftExpression> port) =>
        Nft.Rule(Nft.Concat([Nft.Priority.And(Numbers), Everybody, .. port]).VerdictMap(map));

    private NftExpression Address(bool source) => (source, v6) switch
    {
        (true, false) => Nft.IpSaddr,
        (true, true) => Nft.Ip6Saddr,
        (false, false) => Nft.IpDaddr,
        _ => Nft.Ip6Daddr,
    };

    // Tells of a packet, but not of every one in a flood.
    private static NftStatement[] Log(string prefix) =>
        [new NftLimit(LogsPerSecond, UnitSeconds: 1, LogBurst), new NftLog(prefix, PolicyLogging.Group, PolicyLogging.SnapLength)];

    private static NftSetMeta Carry(NftExpression value) => new(NftMeta.Priority, value);
}
