using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Statements that end, count, log or change.</summary>
internal static class NftEffectEncoder
{
    internal static void Encode(ref NetlinkWriter writer, NftStatement statement, NftRuleEncoder registers)
    {
        switch (statement)
        {
            case NftVerdictStatement verdict:
                NftTestEncoder.Verdict(ref writer, verdict.Verdict);
                break;
            case NftCounter counter:
                Counter(ref writer, counter);
                break;
            case NftNotrack:
                NftFrame.Open(ref writer, "notrack").Close(ref writer);
                break;
            case NftLimit limit:
                Limit(ref writer, limit);
                break;
            case NftLog log:
                Log(ref writer, log);
                break;
            case NftReject reject:
                Reject(ref writer, reject);
                break;
            case NftSetMeta meta:
                SetMeta(ref writer, meta, registers.Operand(ref writer, meta.Value));
                break;
            case NftSetCt ct:
                SetCt(ref writer, ct, registers.Operand(ref writer, ct.Value));
                break;
            case NftDynset dynset:
                Dynset(ref writer, dynset, registers);
                break;
            default:
                NftNatEncoder.Encode(ref writer, statement, registers);
                break;
        }
    }

    private static void Counter(ref NetlinkWriter writer, NftCounter counter)
    {
        var frame = NftFrame.Open(ref writer, "counter");
        writer.PutU64BigEndian(NftaExpr.CounterBytes, counter.Counts.Bytes);
        writer.PutU64BigEndian(NftaExpr.CounterPackets, counter.Counts.Packets);
        frame.Close(ref writer);
    }

    private static void Limit(ref NetlinkWriter writer, NftLimit limit)
    {
        var frame = NftFrame.Open(ref writer, "limit");
        writer.PutU64BigEndian(NftaExpr.LimitRate, limit.Rate);
        writer.PutU64BigEndian(NftaExpr.LimitUnit, limit.UnitSeconds);
        writer.PutU32BigEndian(NftaExpr.LimitBurst, limit.Burst);
        writer.PutU32BigEndian(NftaExpr.LimitType, 0);
        writer.PutU32BigEndian(NftaExpr.LimitFlags, limit.Over ? 1u : 0u);
        frame.Close(ref writer);
    }

    private static void Log(ref NetlinkWriter writer, NftLog log)
    {
        var frame = NftFrame.Open(ref writer, "log");
        if (log.Prefix is { } prefix)
            writer.PutString(NftaExpr.LogPrefix, prefix);
        if (log.Group is { } group)
            writer.PutU16BigEndian(NftaExpr.LogGroup, group);
        if (log.SnapLength != 0)
            writer.PutU32BigEndian(NftaExpr.LogSnapLength, log.SnapLength);
        frame.Close(ref writer);
    }

    private static void Reject(ref NetlinkWriter writer, NftReject reject)
    {
        var frame = NftFrame.Open(ref writer, "reject");
        writer.PutU32BigEndian(NftaExpr.RejectType, (uint)reject.With);
        writer.PutU8(NftaExpr.RejectCode, reject.Code);
        frame.Close(ref writer);
    }

    private static void SetMeta(ref NetlinkWriter writer, NftSetMeta meta, int source)
    {
        var frame = NftFrame.Open(ref writer, "meta");
        writer.PutU32BigEndian(NftaExpr.MetaKey, (uint)meta.Key);
        NftFrame.PutRegister(ref writer, NftaExpr.MetaSource, source);
        frame.Close(ref writer);
    }

    private static void SetCt(ref NetlinkWriter writer, NftSetCt ct, int source)
    {
        var frame = NftFrame.Open(ref writer, "ct");
        writer.PutU32BigEndian(NftaExpr.CtKey, (uint)ct.Key);
        NftFrame.PutRegister(ref writer, NftaExpr.CtSource, source);
        frame.Close(ref writer);
    }

    private static void Dynset(ref NetlinkWriter writer, NftDynset dynset, NftRuleEncoder registers)
    {
        var key = registers.Operand(ref writer, dynset.Key);
        var data = dynset.Data is { } value ? registers.Operand(ref writer, value, dynset.Key.Type.PaddedLength / 4) : -1;
        var frame = NftFrame.Open(ref writer, "dynset");
        writer.PutString(NftaExpr.DynsetName, dynset.Set);
        writer.PutU32BigEndian(NftaExpr.DynsetOperation, (uint)dynset.Operation);
        NftFrame.PutRegister(ref writer, NftaExpr.DynsetKey, key);
        if (data >= 0)
            NftFrame.PutRegister(ref writer, NftaExpr.DynsetData, data);
        if (dynset.TimeoutMilliseconds is { } timeout)
            writer.PutU64BigEndian(NftaExpr.DynsetTimeout, timeout);
        frame.Close(ref writer);
    }
}
