using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Rules that keep a client with its endpoint.</summary>
/// <remarks>
/// <code>
/// stay:  place = affinity[id . client]; endpoint = backends[id . place]; refresh it; go there
/// pick:  place = places[id . random slot]; forget what the client had, remember this; go to backends[id . place]
/// full:  place = places[id . random slot]; go to backends[id . place]
/// </code>
/// The packet carries the place instead of the id then; where a rule ends early (the place is nobody's any more, the memory is full), the
/// next one has the id looked up again. A rule's update never replaces the data of an element that exists, hence delete and add; delete wants the data
/// too.
/// </remarks>
internal static class AffinityRules
{
    private static readonly NftExpression Id = new NftVariable(0, NftType.ClassId);

    public static IEnumerable<NftRule> Of(BalanceClass balance, ServiceSets sets)
    {
        var client = Nft.Concat(Id, sets.Source);
        var id = new NftLet(0, ServiceSets.Id(balance.Local));
        var stay = ServiceSets.Carry(client.Map(ServiceSets.Affinity, NftType.Mark));
        var pick = ServiceSets.Carry(Nft.Concat(Id, new NftNumgen(NftNumgenMode.Random, (uint)balance.Count)).Map(ServiceSets.Places, NftType.Mark));
        var find = new NftLet(1, Nft.Concat(Id, Nft.Priority).Map(ServiceSets.Backends, sets.EndpointType));
        var go = new NftNat(NftNatKind.Destination, sets.Table.Family, new NftVariable(1, sets.EndpointType));
        var forget = new NftDynset(NftDynsetOperation.Delete, ServiceSets.Affinity, client, Nft.Priority);
        var remember = forget with { Operation = NftDynsetOperation.Add, TimeoutMilliseconds = Lifetime(balance) };
        var refresh = remember with { Operation = NftDynsetOperation.Update };
        return
        [
            Nft.Rule(id, stay, find, refresh, ServiceSets.PutDown, go),
            .. CarryAgain(sets),
            Nft.Rule(id, pick, find, forget, remember, ServiceSets.PutDown, go),
            .. CarryAgain(sets),
            Nft.Rule(id, pick, find, ServiceSets.PutDown, go),
        ];
    }

    // An address comes before a node port, so it has the last word.
    private static NftRule[] CarryAgain(ServiceSets sets) => [Nft.Rule(ServiceSets.Carry(sets.NodePort)), Nft.Rule(ServiceSets.Carry(sets.Frontend))];

    private static ulong? Lifetime(BalanceClass balance)
    {
        var milliseconds = (ulong)balance.AffinitySeconds * 1000;
        return milliseconds == ServiceSets.AffinityMilliseconds ? null : milliseconds;
    }
}
