using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Expressions that put a value into registers; meta and ct may also take one out.</summary>
/// <remarks>False means that it is not known; the program keeps it as it is.</remarks>
internal static class NftLoadDecoder
{
    internal static bool Decode(NftRuleProgram program, string name, ref AttributeReader attributes) => name switch
    {
        "meta" => Meta(program, ref attributes),
        "payload" => Payload(program, ref attributes),
        "ct" => Ct(program, ref attributes),
        "fib" => Fib(program, ref attributes),
        "numgen" => Numgen(program, ref attributes),
        "bitwise" => Bitwise(program, ref attributes),
        _ => Immediate(program, ref attributes),
    };

    private static bool Meta(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? key = null, target = null, source = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.MetaKey: key = attributes.U32BigEndian(); break;
                case NftaExpr.MetaTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.MetaSource: source = attributes.U32BigEndian(); break;
            }
        }

        if (key is not <= byte.MaxValue || !Enum.IsDefined((NftMeta)key))
            return Lost(program, target);
        var value = new NftMetaValue((NftMeta)key);
        if (source is null)
            return Put(program, target, value);
        if (Index(source) is not { } register || program.Registers.Read(register, value.Type) is not { } set)
            return false;
        program.Emit(new NftSetMeta(value.Key, set));
        return true;
    }

    private static bool Payload(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? target = null;
        uint start = 0, offset = 0, length = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.PayloadTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.PayloadBase: start = attributes.U32BigEndian(); break;
                case NftaExpr.PayloadOffset: offset = attributes.U32BigEndian(); break;
                case NftaExpr.PayloadLength: length = attributes.U32BigEndian(); break;
            }
        }

        var known = start <= (uint)NftPayloadBase.Transport && offset <= ushort.MaxValue && length <= NftData.MaxLength;
        var field = known
            ? NftFieldTable.Find((NftPayloadBase)start, (int)offset, (int)length, program.Protocols.Network, program.Protocols.Transport)
            : null;
        return field is null ? Lost(program, target) : Put(program, target, new NftPayload(field.Field));
    }

    private static bool Ct(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? key = null, target = null, source = null;
        byte? direction = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.CtKey: key = attributes.U32BigEndian(); break;
                case NftaExpr.CtTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.CtSource: source = attributes.U32BigEndian(); break;
                case NftaExpr.CtDirection: direction = attributes.U8(); break;
            }
        }

        if (key is not <= byte.MaxValue || !Enum.IsDefined((NftCt)key) || direction > 1)
            return Lost(program, target);
        var value = new NftCtValue((NftCt)key, (NftCtDirection?)direction);
        if (source is null)
            return Put(program, target, value);
        if (Index(source) is not { } register || program.Registers.Read(register, value.Type) is not { } set)
            return false;
        program.Emit(new NftSetCt(value.Key, set));
        return true;
    }

    private static bool Fib(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? target = null;
        uint result = 0, inputs = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.FibTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.FibResult: result = attributes.U32BigEndian(); break;
                case NftaExpr.FibFlags: inputs = attributes.U32BigEndian(); break;
            }
        }

        return result is >= 1 and <= 3 && inputs <= byte.MaxValue
            ? Put(program, target, new NftFib((NftFibResult)result, (NftFibInputs)inputs))
            : Lost(program, target);
    }

    private static bool Numgen(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? target = null;
        uint modulus = 0, mode = 0, offset = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.NumgenTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.NumgenModulus: modulus = attributes.U32BigEndian(); break;
                case NftaExpr.NumgenType: mode = attributes.U32BigEndian(); break;
                case NftaExpr.NumgenOffset: offset = attributes.U32BigEndian(); break;
            }
        }

        return mode <= 1 ? Put(program, target, new NftNumgen((NftNumgenMode)mode, modulus, offset)) : Lost(program, target);
    }

    private static bool Bitwise(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? target = null, source = null;
        NftData? mask = null, xor = null;
        uint operation = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case NftaExpr.BitwiseTarget: target = attributes.U32BigEndian(); break;
                case NftaExpr.BitwiseSource: source = attributes.U32BigEndian(); break;
                case NftaExpr.BitwiseMask: mask = NftDataDecoder.Value(attributes.Nested()); break;
                case NftaExpr.BitwiseXor: xor = NftDataDecoder.Value(attributes.Nested()); break;
                case NftaExpr.BitwiseOperation: operation = attributes.U32BigEndian(); break;
            }
        }

        if (operation != 0 || mask is null || xor is null || Index(source) is not { } from)
            return Lost(program, target);
        if (program.Registers.ReadAt(from) is not { } value)
            return (Index(target) is { } to && program.Registers.IsRestOfCopy(from, to)) || Lost(program, target);
        return Put(program, target, IsCopy(value, mask.Value, xor.Value) ? value : new NftBitwise(value, mask.Value, xor.Value));
    }

    private static bool Immediate(NftRuleProgram program, ref AttributeReader attributes)
    {
        uint? target = null;
        NftData? value = null;
        NftVerdict? verdict = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type == NftaExpr.ImmediateTarget)
            {
                target = attributes.U32BigEndian();
            }
            else if (attributes.Type == NftaExpr.ImmediateData)
            {
                value = NftDataDecoder.Value(attributes.Nested());
                verdict = NftDataDecoder.Verdict(attributes.Nested());
            }
        }

        if (target == 0 && verdict is { } decision)
        {
            program.Emit(new NftVerdictStatement(decision));
            return true;
        }

        return value is { } data ? Put(program, target, new NftConstant(data, PlaceholderFor(data))) : Lost(program, target);
    }

    /// <summary>A constant has no type in the kernel; what reads it will say. Until then only its length matters.</summary>
    private static NftType PlaceholderFor(NftData data) => data.Length switch
    {
        <= 4 => NftType.Mark,
        <= 8 => NftType.EtherAddress,
        _ => NftType.Ipv6Address,
    };

    private static bool IsCopy(NftExpression value, NftData mask, NftData xor) =>
        value is NftVariable && !mask.Bytes.ContainsAnyExcept(byte.MaxValue) && !xor.Bytes.ContainsAnyExcept((byte)0);

    private static bool Put(NftRuleProgram program, uint? target, NftExpression value)
    {
        if (Index(target) is not { } register)
            return false;
        program.Store(register, value);
        return true;
    }

    private static bool Lost(NftRuleProgram program, uint? target)
    {
        if (Index(target) is { } register)
            program.Registers.Forget(register);
        return false;
    }

    private static int? Index(uint? number) => number is { } wire && NftRegisters.IndexOf(wire) is { } index and >= 0 ? index : null;
}
