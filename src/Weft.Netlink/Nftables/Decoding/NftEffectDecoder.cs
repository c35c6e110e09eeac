using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Statements that end, count, log or change a set.</summary>
internal static class NftEffectDecoder
{
    internal static bool Decode(NftRuleProgram program, string name, ref AttributeReader attributes)
    {
        NftStatement? statement = name switch
        {
            "counter" => new NftCounter(Counts(ref attributes)),
            "notrack" => new NftNotrack(),
            "limit" => Limit(ref attributes),
            "log" => Log(ref attributes),
            "reject" => Reject(ref attributes),
            "dynset" => Dynset(program, ref attributes),
            _ => null,
        };
        if (statement is null)
            return false;
        program.Emit(statement);
        return true;
    }

    internal static NftCounts Counts(ref AttributeReader attributes)
    {
        ulong packets = 0, bytes = 0;
        while (attributes.MoveNext())
        {
            if (attributes.Type == NftaExpr.CounterPackets)
                packets = attributes.U64BigEndian();
            else if (attributes.Type == NftaExpr.CounterBytes)
                bytes = attributes.U64BigEndian();
        }

        return new NftCounts(packets, bytes);
    }

    private static NftLimit? Limit(ref AttributeReader attributes)
    {
        ulong rate = 0, unit = 0;
        uint burst = 0, type = 0, flags = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.LimitRate: rate = attributes.U64BigEndian(); break;
                case NftaExpr.LimitUnit: unit = attributes.U64BigEndian(); break;
                case NftaExpr.LimitBurst: burst = attributes.U32BigEndian(); break;
                case NftaExpr.LimitType: type = attributes.U32BigEndian(); break;
                case NftaExpr.LimitFlags: flags = attributes.U32BigEndian(); break;
            }
        }

        return type == 0 ? new NftLimit(rate, unit, burst, flags != 0) : null;
    }

    private static NftLog? Log(ref AttributeReader attributes)
    {
        // The kernel reports the level of its own log (LOGLEVEL_WARNING unless told otherwise) when there is no group.
        const ushort Level = 5;
        const uint Warning = 4;
        var log = new NftLog();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.LogPrefix: log = log with { Prefix = attributes.Text() }; break;
                case NftaExpr.LogGroup: log = log with { Group = attributes.U16BigEndian() }; break;
                case NftaExpr.LogSnapLength: log = log with { SnapLength = attributes.U32BigEndian() }; break;
                case Level when attributes.U32BigEndian() == Warning: break;
                default: return null;
            }
        }

        return log;
    }

    private static NftReject? Reject(ref AttributeReader attributes)
    {
        uint type = 0;
        byte code = 0;
        while (attributes.MoveNext())
        {
            if (attributes.Type == NftaExpr.RejectType)
                type = attributes.U32BigEndian();
            else if (attributes.Type == NftaExpr.RejectCode)
                code = attributes.U8();
        }

        return type <= (uint)NftRejectKind.Icmpx ? new NftReject((NftRejectKind)type, code) : null;
    }

    private static NftDynset? Dynset(NftRuleProgram program, ref AttributeReader attributes)
    {
        string? name = null;
        uint operation = uint.MaxValue;
        uint? key = null, data = null;
        ulong timeout = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.DynsetName: name = attributes.Text(); break;
                case NftaExpr.DynsetOperation: operation = attributes.U32BigEndian(); break;
                case NftaExpr.DynsetKey: key = attributes.U32BigEndian(); break;
                case NftaExpr.DynsetData: data = attributes.U32BigEndian(); break;
                case NftaExpr.DynsetTimeout: timeout = attributes.U64BigEndian(); break;
            }
        }

        if (operation > (uint)NftDynsetOperation.Delete || program.FindSet(name) is not { } set || Read(program, key, set.KeyType) is not { } keyValue)
            return null;
        var dataValue = Read(program, data, set.DataType);
        if (data is not null && dataValue is null)
            return null;

        // Zero stands for the set's own timeout, and so does its value.
        ulong? own = timeout == 0 || timeout == set.TimeoutMilliseconds ? null : timeout;
        return new NftDynset((NftDynsetOperation)operation, set.Name, keyValue, dataValue, own);
    }

    private static NftExpression? Read(NftRuleProgram program, uint? number, NftType? type) =>
        number is { } wire && type is { } known && NftRegisters.IndexOf(wire) is { } register and >= 0
            ? program.Registers.Read(register, known)
            : null;
}
