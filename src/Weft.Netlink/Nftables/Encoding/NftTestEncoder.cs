using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Expressions that compare registers or look them up.</summary>
internal static class NftTestEncoder
{
    // NFT_REG_VERDICT: the register whose content decides the packet's fate.
    private const uint VerdictRegister = 0;
    private const uint Inverted = 1;

    internal static void Compare(ref NetlinkWriter writer, int source, NftMatch match)
    {
        var frame = NftFrame.Open(ref writer, "cmp");
        NftFrame.PutRegister(ref writer, NftaExpr.CompareSource, source);
        writer.PutU32BigEndian(NftaExpr.CompareOperation, (uint)match.Comparison);
        NftDataEncoder.Put(ref writer, NftaExpr.CompareData, match.Right.Bytes);
        frame.Close(ref writer);
    }

    internal static void Range(ref NetlinkWriter writer, int source, NftRangeMatch range)
    {
        var frame = NftFrame.Open(ref writer, "range");
        NftFrame.PutRegister(ref writer, NftaExpr.RangeSource, source);
        writer.PutU32BigEndian(NftaExpr.RangeOperation, range.Negated ? 1u : 0u);
        NftDataEncoder.Put(ref writer, NftaExpr.RangeFrom, range.From.Bytes);
        NftDataEncoder.Put(ref writer, NftaExpr.RangeTo, range.To.Bytes);
        frame.Close(ref writer);
    }

    internal static void Lookup(ref NetlinkWriter writer, string set, int source, int? target, bool negated)
    {
        var frame = NftFrame.Open(ref writer, "lookup");
        writer.PutString(NftaExpr.LookupSet, set);
        NftFrame.PutRegister(ref writer, NftaExpr.LookupSource, source);
        if (target is { } register)
            NftFrame.PutRegister(ref writer, NftaExpr.LookupTarget, register);
        if (negated)
            writer.PutU32BigEndian(NftaExpr.LookupFlags, Inverted);
        frame.Close(ref writer);
    }

    internal static void LookupVerdict(ref NetlinkWriter writer, string map, int source)
    {
        var frame = NftFrame.Open(ref writer, "lookup");
        writer.PutString(NftaExpr.LookupSet, map);
        NftFrame.PutRegister(ref writer, NftaExpr.LookupSource, source);
        writer.PutU32BigEndian(NftaExpr.LookupTarget, VerdictRegister);
        frame.Close(ref writer);
    }

    internal static void Verdict(ref NetlinkWriter writer, NftVerdict verdict)
    {
        var frame = NftFrame.Open(ref writer, "immediate");
        writer.PutU32BigEndian(NftaExpr.ImmediateTarget, VerdictRegister);
        NftDataEncoder.Put(ref writer, NftaExpr.ImmediateData, verdict);
        frame.Close(ref writer);
    }
}
