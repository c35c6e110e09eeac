using System.Text;

namespace Weft.Model.Nftables;

/// <summary>Statements in nft's syntax.</summary>
internal static class NftStatementText
{
    internal static void Append(StringBuilder text, NftStatement statement, NftFamily family)
    {
        switch (statement)
        {
            case NftMatch match:
                NftMatchText.Append(text, match);
                break;
            case NftRangeMatch range:
                NftExpressionText.Append(text, range.Value);
                NftValueText.Append(text.Append(range.Negated ? " != " : " "), range.Value.Type, range.From);
                NftValueText.Append(text.Append('-'), range.Value.Type, range.To);
                break;
            case NftSetMatch set:
                NftExpressionText.Append(text, set.Key);
                text.Append(set.Negated ? " != @" : " @").Append(set.Set);
                break;
            case NftVerdictMap map:
                NftExpressionText.Append(text, map.Key);
                text.Append(" vmap @").Append(map.Map);
                break;
            case NftVerdictStatement verdict:
                text.Append(verdict.Verdict);
                break;
            case NftCounter counter:
                text.Append("counter").Append(counter.Counts == default ? "" : $" packets {counter.Counts.Packets} bytes {counter.Counts.Bytes}");
                break;
            default:
                NftEffectText.Append(text, statement, family);
                break;
        }
    }
}
