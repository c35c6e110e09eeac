using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Constants and verdicts, from <c>NFTA_DATA_VALUE</c> and <c>NFTA_DATA_VERDICT</c>.</summary>
internal static class NftDataDecoder
{
    /// <summary>Reads the nest of a value; null for a verdict.</summary>
    internal static NftData? Value(AttributeReader data)
    {
        while (data.MoveNext())
        {
            if (data.Type != Nfta.DataValue)
                continue;
            if (data.Value.Length <= NftData.MaxLength)
                return NftData.Raw(data.Value);
            data.Fail("a value is longer than any register");
        }

        return null;
    }

    /// <summary>Reads the nest of a verdict; null for a value.</summary>
    internal static NftVerdict? Verdict(AttributeReader data)
    {
        while (data.MoveNext())
        {
            if (data.Type == Nfta.DataVerdict)
                return Inner(data.Nested());
        }

        return null;
    }

    private static NftVerdict Inner(AttributeReader verdict)
    {
        var kind = NftVerdictKind.Continue;
        string? chain = null;
        while (verdict.MoveNext())
        {
            if (verdict.Type == Nfta.VerdictCode)
                kind = (NftVerdictKind)(int)verdict.U32BigEndian();
            else if (verdict.Type == Nfta.VerdictChain)
                chain = verdict.Text();
        }

        return new NftVerdict(kind, chain);
    }
}
