using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Statements that change the packet, its connection or a set, in nft's syntax.</summary>
internal static class NftEffectText
{
    internal static void Append(StringBuilder text, NftStatement statement, NftFamily family)
    {
        switch (statement)
        {
            case NftNat nat:
                AppendNat(text, nat);
                break;
            case NftMasquerade masquerade:
                text.Append("masquerade").Append(FlagNames(masquerade.Flags));
                break;
            case NftRedirect redirect:
                AppendTarget(text.Append("redirect"), null, redirect.Port, " to ");
                break;
            case NftTproxy tproxy:
                AppendTarget(text.Append($"tproxy{FamilyName(tproxy.Family)}"), tproxy.Address, tproxy.Port, " to ");
                break;
            case NftSetMeta meta:
                NftExpressionText.Append(text.Append($"{NftMetaTable.NameOf(meta.Key)} set "), meta.Value);
                break;
            case NftSetCt ct:
                NftExpressionText.Append(text.Append($"ct {NftCtTable.NameOf(ct.Key)} set "), ct.Value);
                break;
            case NftDynset dynset:
                AppendDynset(text, dynset);
                break;
            case NftReject reject:
                text.Append("reject with ").Append(NftRejectText.Of(reject, family));
                break;
            case NftLog log:
                AppendLog(text, log);
                break;
            case NftLimit limit:
                text.Append($"limit rate {(limit.Over ? "over " : "")}{limit.Rate}/{UnitName(limit.UnitSeconds)} burst {limit.Burst} packets");
                break;
            case NftNotrack:
                text.Append("notrack");
                break;
            case NftLet let:
                NftExpressionText.Append(text.Append($"${let.Slot} = "), let.Value);
                break;
            case NftUnknown unknown:
                text.Append($"# {unknown.Name} {unknown.Content}");
                break;
            default:
                text.Append(statement);
                break;
        }
    }

    private static void AppendNat(StringBuilder text, NftNat nat)
    {
        text.Append(nat.Kind == NftNatKind.Destination ? "dnat" : "snat").Append(FamilyName(nat.Family));
        AppendTarget(text, nat.To, nat.Port, " to ");
        text.Append(FlagNames(nat.Flags));
    }

    private static void AppendTarget(StringBuilder text, NftExpression? address, NftExpression? port, string word)
    {
        if (address is null && port is null)
            return;
        text.Append(word);
        var bracket = address is NftConstant && address.Type == NftType.Ipv6Address && port is not null;
        text.Append(bracket ? "[" : "");
        if (address is not null)
            NftExpressionText.Append(text, address);
        text.Append(bracket ? "]" : "");
        if (port is not null)
            NftExpressionText.Append(text.Append(':'), port);
    }

    private static void AppendDynset(StringBuilder text, NftDynset dynset)
    {
        text.Append($"{dynset.Operation.ToString().ToLowerInvariant()} @{dynset.Set} {{ ");
        NftExpressionText.Append(text, dynset.Key);
        if (dynset.TimeoutMilliseconds is { } timeout)
            text.Append($" timeout {NftValueText.Duration(timeout)}");
        if (dynset.Data is { } data)
            NftExpressionText.Append(text.Append(" : "), data);
        text.Append(" }");
    }

    private static void AppendLog(StringBuilder text, NftLog log)
    {
        text.Append("log");
        if (log.Prefix is { } prefix)
            text.Append($" prefix \"{prefix}\"");
        if (log.Group is { } group)
            text.Append($" group {group}");
        if (log.SnapLength != 0)
            text.Append($" snaplen {log.SnapLength}");
    }

    private static string FamilyName(NftFamily family) => family switch
    {
        NftFamily.Ip => " ip",
        NftFamily.Ip6 => " ip6",
        _ => "",
    };

    private static string FlagNames(NftNatFlags flags)
    {
        List<string> names = [];
        if (flags.HasFlag(NftNatFlags.Random))
            names.Add("random");
        if (flags.HasFlag(NftNatFlags.FullyRandom))
            names.Add("fully-random");
        if (flags.HasFlag(NftNatFlags.Persistent))
            names.Add("persistent");
        return names.Count == 0 ? "" : $" {string.Join(',', names)}";
    }

    private static string UnitName(ulong seconds) => seconds switch
    {
        1 => "second",
        60 => "minute",
        3600 => "hour",
        86_400 => "day",
        _ => "week",
    };
}
