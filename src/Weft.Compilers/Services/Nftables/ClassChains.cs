using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>The chains that a class needs.</summary>
internal static class ClassChains
{
    private static readonly NftData NoInterface = NftData.Raw(new byte[NftData.NameLength]);
    private static readonly NftExpression SourceType = new NftFib(NftFibResult.AddressType, NftFibInputs.Source);

    /// <summary>Its own chain and those which that one goes to, without the two that always exist.</summary>
    public static List<NftChain> Of(EntryClass entry, ServiceSets sets)
    {
        var chains = new List<NftChain>(3);
        AddBalance(entry.Balance, sets, chains);
        if (entry.Inside is { } inside)
        {
            AddBalance(inside, sets, chains);
            AddBalance(Masqueraded(inside), sets, chains);
        }

        if (entry.Guarded || entry.Inside is not null)
            chains.Add(Nft.Chain(entry.Chain, [.. EntryRules(entry, sets)]));
        return chains;
    }

    /// <summary>The chains that every table has: no endpoints anywhere, none on this node.</summary>
    public static NftChain[] Always(ServiceSets sets) =>
    [
        Nft.Chain(
            BalanceClass.RefuseChain,
            Nft.Rule(Nft.L4Proto.Is((uint)L4Protocol.Tcp), new NftReject(NftRejectKind.TcpReset)),
            Nft.Rule(new NftReject(NftRejectKind.Icmp, sets.IsV6 ? PortUnreachable6 : PortUnreachable))),
        Nft.Chain(BalanceClass.IgnoreChain, Nft.Rule(Nft.Drop)),
    ];

    // ICMP_PORT_UNREACH and ICMPV6_PORT_UNREACH.
    private const byte PortUnreachable = 3, PortUnreachable6 = 4;

    private static IEnumerable<NftRule> EntryRules(EntryClass entry, ServiceSets sets)
    {
        if (entry.Guarded)
        {
            var client = Nft.Concat(ServiceSets.Id(local: false), sets.Source);
            yield return Nft.Rule(client.NotIn(ServiceSets.Sources), Nft.Drop);
        }

        if (entry.Inside is { } inside)
        {
            yield return Nft.Rule(sets.Source.In(ServiceSets.PodRanges), Nft.Goto(inside.Chain));

            // The node's own connections may have the virtual address as their source, which other nodes have as well.
            yield return Nft.Rule(SourceType.Is(NftAddressType.Local), Nft.Goto(Masqueraded(inside).Chain));
        }

        yield return Nft.Rule(Nft.Goto(entry.Balance.Chain));
    }

    private static void AddBalance(BalanceClass balance, ServiceSets sets, List<NftChain> chains)
    {
        if (balance.Count == 0)
            return;
        var rules = new List<NftRule>(4);
        if (balance.Masquerade == MasqueradeWhen.Always)
            rules.Add(Nft.Rule(Nft.SetMarkBits(ServiceFrame.MasqueradeMark)));
        else if (balance.Masquerade == MasqueradeWhen.FromOutside)
            rules.Add(Nft.Rule(Nft.Iifname.IsNot(NoInterface), sets.Source.NotIn(ServiceSets.PodRanges), Nft.SetMarkBits(ServiceFrame.MasqueradeMark)));
        rules.AddRange(balance.AffinitySeconds > 0 ? AffinityRules.Of(balance, sets) : [Pick(balance, sets)]);
        chains.Add(Nft.Chain(balance.Chain, [.. rules]));
    }

    private static NftRule Pick(BalanceClass balance, ServiceSets sets)
    {
        var slot = Nft.Concat(ServiceSets.Id(balance.Local), new NftNumgen(NftNumgenMode.Random, (uint)balance.Count));
        return Nft.Rule(
            new NftLet(0, slot.Map(ServiceSets.Backends, sets.EndpointType)),
            ServiceSets.PutDown,
            new NftNat(NftNatKind.Destination, sets.Table.Family, new NftVariable(0, sets.EndpointType)));
    }

    private static BalanceClass Masqueraded(BalanceClass balance) =>
        balance.Count == 0 ? balance : balance with { Masquerade = MasqueradeWhen.Always };
}
