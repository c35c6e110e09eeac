using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Rules that keep a client with its endpoint.</summary>
/// <remarks>
/// <code>
/// stay:  $1 = affinity[id . client]; id . $1 in valid; refresh it; go there
/// pick:  $1 = backends[id . random slot]; forget what the client had, remember this; go there
/// </code>
/// A rule's update never replaces the data of an element that exists, hence delete and add; delete wants the data too. A third rule, which does not
/// remember, serves when the set is full: an add that fails ends the rule.
/// </remarks>
internal static class AffinityRules
{
    private static readonly NftExpression Id = new NftVariable(0, NftType.Mark);

    public static NftRule Stay(NftExpression id, BalanceClass balance, ServiceSets sets)
    {
        var (client, endpoint) = Operands(sets);
        return Nft.Rule(
            new NftLet(0, id),
            new NftLet(1, client.Map(ServiceSets.Affinity, sets.EndpointType)),
            Nft.Concat(Id, endpoint).In(ServiceSets.Valid),
            new NftDynset(NftDynsetOperation.Update, ServiceSets.Affinity, client, endpoint, Lifetime(balance)),
            ClassChains.Translate(endpoint, sets));
    }

    public static NftRule Pick(NftExpression id, BalanceClass balance, ServiceSets sets)
    {
        var (client, endpoint) = Operands(sets);
        return Nft.Rule(
            new NftLet(0, id),
            new NftLet(1, ClassChains.Slot(Id, balance).Map(ServiceSets.Backends, sets.EndpointType)),
            new NftDynset(NftDynsetOperation.Delete, ServiceSets.Affinity, client, endpoint),
            new NftDynset(NftDynsetOperation.Add, ServiceSets.Affinity, client, endpoint, Lifetime(balance)),
            ClassChains.Translate(endpoint, sets));
    }

    private static (NftExpression Client, NftExpression Endpoint) Operands(ServiceSets sets) =>
        (Nft.Concat(Id, sets.Source), new NftVariable(1, sets.EndpointType));

    private static ulong? Lifetime(BalanceClass balance)
    {
        var milliseconds = (ulong)balance.AffinitySeconds * 1000;
        return milliseconds == ServiceSets.AffinityMilliseconds ? null : milliseconds;
    }
}
