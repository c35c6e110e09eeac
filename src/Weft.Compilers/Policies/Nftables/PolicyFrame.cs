using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>What of a table does not depend on policies, pods and peers: chains, and the sets without elements.</summary>
/// <param name="Table">The routed packets' table, or the bridge's.</param>
/// <param name="Lengths">Bit n: some range of ports is a prefix of n bits.</param>
/// <param name="Audits">Whether policies are under audit.</param>
internal readonly record struct PolicyFrame(NftTableId Table, uint Lengths, bool Audits)
{
    private const string OutputSuffix = "-output";

    /// <summary>Behind those of both directions and of both under audit.</summary>
    private const int LastStages = 4;

    // TCP that begins in the middle, since its flow was cut or forgotten. Who opened it shows by the ports: Linux's clients begin at 32768.
    private const uint FirstOfClients = 32_768, LastPort = ushort.MaxValue;

    // SYN, and SYN with ACK.
    private const byte Opening = 0x02, OpeningOrAnswer = 0x12;

    private static readonly NftExpression Flags = new NftPayload(NftField.TcpFlags).And(NftData.Byte(OpeningOrAnswer));
    private static readonly NftExpression SourcePort = new NftPayload(NftField.TcpSport);
    private static readonly NftRule NoAnswers = Nft.Rule(
        Flags.IsNot(NftData.Byte(Opening)), SourcePort.Between(0, FirstOfClients - 1), Nft.TcpDport.Between(FirstOfClients, LastPort), Nft.Accept);

    /// <summary>IPVS takes packets to virtual addresses out of the input hook before this, and sends them through the output hook with their real destination.</summary>
    private const int InputPriority = NftPriority.SourceNat + 10;

    private static readonly NftRule Known = Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related), Nft.Accept);
    private static readonly NftStatement FromThisNode = new NftFib(NftFibResult.AddressType, NftFibInputs.Source).Is(NftAddressType.Local);
    private static readonly bool[] Families = [false, true];

    private bool IsBridge => Table.Family == NftFamily.Bridge;

    private IEnumerable<(PolicyDirection Direction, bool Audited)> Stages => Audits
        ? [(PolicyDirection.Egress, false), (PolicyDirection.Ingress, false), (PolicyDirection.Egress, true), (PolicyDirection.Ingress, true)]
        : [(PolicyDirection.Egress, false), (PolicyDirection.Ingress, false)];

    /// <summary>Builds it.</summary>
    public NftTable Build()
    {
        var chains = new List<NftChain> { PutDown() };
        var priority = IsBridge ? NftPriority.BridgeFilter : NftPriority.Filter;
        foreach (var (direction, audited) in Stages)
        {
            var stage = priority + (direction == PolicyDirection.Ingress ? 1 : 0) + (audited ? 2 : 0);
            chains.Add(Forward(direction, audited, stage));
            if (!IsBridge)
                chains.AddRange(OfThisNode(direction, audited, stage));
            foreach (var v6 in Families)
                chains.AddRange(new JudgeChains(direction, audited, v6).Build(Lengths));
        }

        // A chain's priority is for good: to change it would be to make the table anew.
        chains.AddRange(Answers(PolicyDirection.Egress, priority + LastStages));
        chains.AddRange(Answers(PolicyDirection.Ingress, priority + LastStages + 1));
        return NftGuards.Complete(new NftTable(Table.Family, Table.Name) { Comment = "network policies", Sets = PolicySets.All, Chains = [.. chains] });
    }

    // Between pods, here or elsewhere, and the outside.
    private static NftChain Forward(PolicyDirection direction, bool audited, int priority) =>
        Base("forward", direction, audited, NftHook.Forward, priority, [NoAnswers, .. Families.Select(v6 => Dispatch(direction, audited, v6))]);

    private static List<NftChain> OfThisNode(PolicyDirection direction, bool audited, int priority)
    {
        // From the node itself, which its pods always accept; and packets of pods that a proxy on this node sends on.
        var suffix = direction == PolicyDirection.Ingress ? OutputSuffix : "";
        var chains = new List<NftChain>
        {
            Base("output", direction, audited, NftHook.Output, priority, [.. Families.Select(v6 => Dispatch(direction, audited, v6, suffix))]),
        };
        if (direction == PolicyDirection.Egress)
            chains.Add(Base("input", direction, audited, NftHook.Input, InputPriority + priority, [.. Families.Select(v6 => Dispatch(direction, audited, v6))]));
        else
            chains.AddRange(Families.Select(v6 => FromNode(new JudgeChains(direction, audited, v6).Entry, v6)));
        return chains;
    }

    private static NftChain FromNode(string entry, bool v6) => Nft.Chain(
        entry + OutputSuffix,
        Nft.Rule((v6 ? Nft.Ip6Saddr : Nft.IpSaddr).In(PolicySets.Node(v6)), Nft.Accept),
        Nft.Rule(FromThisNode, Nft.Accept),
        Nft.Rule(Nft.Goto(entry)));

    private List<NftChain> Answers(PolicyDirection direction, int priority)
    {
        var families = Array.ConvertAll(Families, v6 => new JudgeChains(direction, audited: false, v6, answers: true));
        var hook = Base("answers", direction, audited: false, NftHook.Forward, priority, [.. OnlyAnswers(), .. families.Select(judge => judge.Dispatch(judge.Entry))]);
        var lengths = Lengths;
        return [hook, .. families.SelectMany(judge => judge.Build(lengths))];
    }

    // What is neither clearly an answer nor clearly a client's is judged both ways.
    private static NftRule[] OnlyAnswers() =>
    [
        Nft.Rule(Nft.L4Proto.IsNot((uint)L4Protocol.Tcp), Nft.Accept),
        Nft.Rule(Flags.Is(NftData.Byte(Opening)), Nft.Accept),
        Nft.Rule(SourcePort.Between(FirstOfClients, LastPort), Nft.TcpDport.Between(0, FirstOfClients - 1), Nft.Accept),
    ];

    /// <summary>Takes off what a packet carried: the queue of an interface could take it for a traffic class.</summary>
    private NftChain PutDown() => Nft.FilterChain(
        "postrouting",
        NftHook.Postrouting,
        IsBridge ? NftPriority.BridgeFilter : NftPriority.Filter,
        Nft.Rule(
            Nft.Priority.And(NftData.Host32(PolicySets.TagMask)).Is(NftData.Host32(PolicySets.Tag)),
            new NftSetMeta(NftMeta.Priority, new NftConstant(NftData.Host32(0), NftType.ClassId))));

    private static NftRule Dispatch(PolicyDirection direction, bool audited, bool v6, string suffix = "")
    {
        var judge = new JudgeChains(direction, audited, v6);
        return judge.Dispatch(judge.Entry + suffix);
    }

    private static NftChain Base(string hook, PolicyDirection direction, bool audited, NftHook at, int priority, NftRule[] rules) => Nft.FilterChain(
        $"{hook}-{(audited ? "audit-" : "")}{(direction == PolicyDirection.Egress ? "egress" : "ingress")}", at, priority, [Known, .. rules]);
}
