using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Expressions that put a value into registers.</summary>
internal static class NftLoadEncoder
{
    private const int LargestMask = 16;

    internal static void Load(ref NetlinkWriter writer, NftExpression expression, int target)
    {
        switch (expression)
        {
            case NftConstant constant:
                Immediate(ref writer, constant.Value, target);
                break;
            case NftMetaValue meta:
                Meta(ref writer, meta, target);
                break;
            case NftPayload payload:
                Payload(ref writer, NftFieldTable.Get(payload.Field), target);
                break;
            case NftCtValue ct:
                Ct(ref writer, ct, target);
                break;
            case NftFib fib:
                Fib(ref writer, fib, target);
                break;
            case NftNumgen numgen:
                Numgen(ref writer, numgen, target);
                break;
            default:
                throw new ArgumentException($"'{expression}' cannot be written", nameof(expression));
        }
    }

    internal static void Bitwise(ref NetlinkWriter writer, int source, int target, scoped ReadOnlySpan<byte> mask, scoped ReadOnlySpan<byte> xor)
    {
        var frame = NftFrame.Open(ref writer, "bitwise");
        NftFrame.PutRegister(ref writer, NftaExpr.BitwiseSource, source);
        NftFrame.PutRegister(ref writer, NftaExpr.BitwiseTarget, target);
        writer.PutU32BigEndian(NftaExpr.BitwiseLength, (uint)mask.Length);
        NftDataEncoder.Put(ref writer, NftaExpr.BitwiseMask, mask);
        NftDataEncoder.Put(ref writer, NftaExpr.BitwiseXor, xor);
        frame.Close(ref writer);
    }

    /// <summary>The kernel has no move between registers; a mask that keeps every bit does it, 16 bytes at a time (struct nft_data).</summary>
    internal static void Copy(ref NetlinkWriter writer, int source, int target, int length)
    {
        Span<byte> ones = stackalloc byte[LargestMask];
        ones.Fill(byte.MaxValue);
        Span<byte> zeros = stackalloc byte[LargestMask];
        zeros.Clear();
        for (var done = 0; done < length; done += LargestMask)
        {
            var part = int.Min(LargestMask, length - done);
            Bitwise(ref writer, source + (done / 4), target + (done / 4), ones[..part], zeros[..part]);
        }
    }

    private static void Immediate(ref NetlinkWriter writer, NftData value, int target)
    {
        var frame = NftFrame.Open(ref writer, "immediate");
        NftFrame.PutRegister(ref writer, NftaExpr.ImmediateTarget, target);
        NftDataEncoder.Put(ref writer, NftaExpr.ImmediateData, value.Bytes);
        frame.Close(ref writer);
    }

    private static void Meta(ref NetlinkWriter writer, NftMetaValue meta, int target)
    {
        var frame = NftFrame.Open(ref writer, "meta");
        writer.PutU32BigEndian(NftaExpr.MetaKey, (uint)meta.Key);
        NftFrame.PutRegister(ref writer, NftaExpr.MetaTarget, target);
        frame.Close(ref writer);
    }

    private static void Payload(ref NetlinkWriter writer, NftFieldInfo field, int target)
    {
        var frame = NftFrame.Open(ref writer, "payload");
        NftFrame.PutRegister(ref writer, NftaExpr.PayloadTarget, target);
        writer.PutU32BigEndian(NftaExpr.PayloadBase, (uint)field.Base);
        writer.PutU32BigEndian(NftaExpr.PayloadOffset, (uint)field.Offset);
        writer.PutU32BigEndian(NftaExpr.PayloadLength, (uint)field.Type.Length);
        frame.Close(ref writer);
    }

    private static void Ct(ref NetlinkWriter writer, NftCtValue ct, int target)
    {
        var frame = NftFrame.Open(ref writer, "ct");
        writer.PutU32BigEndian(NftaExpr.CtKey, (uint)ct.Key);
        NftFrame.PutRegister(ref writer, NftaExpr.CtTarget, target);
        if (ct.Direction is { } direction)
            writer.PutU8(NftaExpr.CtDirection, (byte)direction);
        frame.Close(ref writer);
    }

    private static void Fib(ref NetlinkWriter writer, NftFib fib, int target)
    {
        var frame = NftFrame.Open(ref writer, "fib");
        NftFrame.PutRegister(ref writer, NftaExpr.FibTarget, target);
        writer.PutU32BigEndian(NftaExpr.FibResult, (uint)fib.Result);
        writer.PutU32BigEndian(NftaExpr.FibFlags, (uint)fib.Inputs);
        frame.Close(ref writer);
    }

    private static void Numgen(ref NetlinkWriter writer, NftNumgen numgen, int target)
    {
        var frame = NftFrame.Open(ref writer, "numgen");
        NftFrame.PutRegister(ref writer, NftaExpr.NumgenTarget, target);
        writer.PutU32BigEndian(NftaExpr.NumgenModulus, numgen.Modulus);
        writer.PutU32BigEndian(NftaExpr.NumgenType, (uint)numgen.Mode);
        writer.PutU32BigEndian(NftaExpr.NumgenOffset, numgen.Offset);
        frame.Close(ref writer);
    }
}
