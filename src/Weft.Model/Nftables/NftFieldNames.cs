using System.Collections.Immutable;

namespace Weft.Model.Nftables;

/// <summary>Gives general transport fields the name of the protocol that the rule has asked for.</summary>
internal static class NftFieldNames
{
    internal static NftStatement Apply(NftStatement statement, NftProtocols protocols)
    {
        if (protocols.Transport == 0 || !Mentions(statement.Reads))
            return statement;
        return statement switch
        {
            NftMatch match => match with { Left = Rename(match.Left, protocols) },
            NftRangeMatch range => range with { Value = Rename(range.Value, protocols) },
            NftSetMatch set => set with { Key = Rename(set.Key, protocols) },
            NftVerdictMap map => map with { Key = Rename(map.Key, protocols) },
            NftSetMeta meta => meta with { Value = Rename(meta.Value, protocols) },
            NftSetCt ct => ct with { Value = Rename(ct.Value, protocols) },
            NftLet let => let with { Value = Rename(let.Value, protocols) },
            NftNat nat => nat with { To = Optional(nat.To, protocols), Port = Optional(nat.Port, protocols) },
            NftRedirect redirect => redirect with { Port = Optional(redirect.Port, protocols) },
            NftTproxy tproxy => tproxy with { Address = Optional(tproxy.Address, protocols), Port = Optional(tproxy.Port, protocols) },
            NftDynset dynset => dynset with { Key = Rename(dynset.Key, protocols), Data = Optional(dynset.Data, protocols) },
            _ => statement,
        };
    }

    private static NftExpression? Optional(NftExpression? expression, NftProtocols protocols) =>
        expression is null ? null : Rename(expression, protocols);

    private static NftExpression Rename(NftExpression expression, NftProtocols protocols) => expression switch
    {
        NftPayload payload when IsGeneral(payload) => RenameField(payload, protocols),
        NftConcat concat => new NftConcat(RenameAll(concat.Items, protocols)),
        NftBitwise bitwise => bitwise with { Source = Rename(bitwise.Source, protocols) },
        NftMapValue map => map with { Key = Rename(map.Key, protocols) },
        _ => expression,
    };

    private static EquatableArray<NftExpression> RenameAll(EquatableArray<NftExpression> items, NftProtocols protocols)
    {
        var renamed = ImmutableArray.CreateBuilder<NftExpression>(items.Count);
        foreach (var item in items)
            renamed.Add(Rename(item, protocols));
        return renamed.MoveToImmutable();
    }

    private static NftPayload RenameField(NftPayload payload, NftProtocols protocols)
    {
        var general = NftFieldTable.Get(payload.Field);
        var exact = NftFieldTable.Find(general.Base, general.Offset, general.Type.Length, protocols.Network, protocols.Transport);
        return exact is null ? payload : new NftPayload(exact.Field);
    }

    private static bool Mentions(EquatableArray<NftExpression> expressions)
    {
        foreach (var expression in expressions)
        {
            if (expression is NftPayload payload && IsGeneral(payload))
                return true;
            if (Mentions(expression.Parts))
                return true;
        }

        return false;
    }

    private static bool IsGeneral(NftPayload payload) => payload.Field is NftField.TransportSport or NftField.TransportDport;
}
