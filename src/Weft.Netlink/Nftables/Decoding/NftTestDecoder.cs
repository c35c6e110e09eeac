using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Expressions that compare registers or look them up.</summary>
internal static class NftTestDecoder
{
    internal static bool Decode(NftRuleProgram program, string name, ref AttributeReader attributes) => name switch
    {
        "cmp" => Compare(program, ref attributes),
        "range" => Range(program, ref attributes),
        _ => Lookup(program, ref attributes),
    };

    private static bool Compare(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? source = null;
        uint operation = 0;
        NftData? data = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.CompareSource: source = attributes.U32BigEndian(); break;
                case NftaExpr.CompareOperation: operation = attributes.U32BigEndian(); break;
                case NftaExpr.CompareData: data = NftDataDecoder.Value(attributes.Nested()); break;
            }
        }

        if (operation > (uint)NftComparison.GreaterOrEqual || data is not { } right || ValueAt(program, source) is not { } left)
            return false;
        program.Emit(new NftMatch(left, (NftComparison)operation, right));
        return true;
    }

    private static bool Range(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? source = null;
        uint operation = 0;
        NftData? from = null, to = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.RangeSource: source = attributes.U32BigEndian(); break;
                case NftaExpr.RangeOperation: operation = attributes.U32BigEndian(); break;
                case NftaExpr.RangeFrom: from = NftDataDecoder.Value(attributes.Nested()); break;
                case NftaExpr.RangeTo: to = NftDataDecoder.Value(attributes.Nested()); break;
            }
        }

        if (operation > 1 || from is null || to is null || ValueAt(program, source) is not { } value)
            return false;
        program.Emit(new NftRangeMatch(value, from.Value, to.Value, operation == 1));
        return true;
    }

    private static bool Lookup(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? source = null, target = null;
        uint flags = 0;
        string? name = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.LookupSet: name = attributes.Text(); break;
                case NftaExpr.LookupSource: source = attributes.U32BigEndian(); break;
                case NftaExpr.LookupTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.LookupFlags: flags = attributes.U32BigEndian(); break;
            }
        }

        if (program.FindSet(name) is not { } set || source is not { } number || NftRegisters.IndexOf(number) is not ({ } register and >= 0))
            return false;
        return program.Registers.Read(register, set.KeyType) is { } key && Emit(program, set, key, target, negated: flags != 0);
    }

    private static bool Emit(NftRuleProgram program, NftSet set, NftExpression key, uint? target, bool negated)
    {
        if (target is not { } number)
        {
            program.Emit(new NftSetMatch(key, set.Name, negated));
            return true;
        }

        if (NftRegisters.IndexOf(number) is not { } register || set.DataType is not { } type)
            return false;
        if (register < 0)
            program.Emit(new NftVerdictMap(key, set.Name));
        else
            program.Store(register, new NftMapValue(key, set.Name, type));
        return true;
    }

    private static NftExpression? ValueAt(NftRuleProgram program, uint? source) =>
        source is { } number && NftRegisters.IndexOf(number) is { } register and >= 0 ? program.Registers.ReadAt(register) : null;
}
