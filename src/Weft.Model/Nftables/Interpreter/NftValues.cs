namespace Weft.Model.Nftables;

/// <summary>Computes expressions for one rule; null where the packet lacks what they read, which ends the rule.</summary>
internal sealed class NftValues(NftTableIndex index, NftHost host, NftMemory memory)
{
    private readonly List<NftData> _kept = [];

    internal NftData? Of(NftExpression expression, NftPacket packet) => expression switch
    {
        NftConstant constant => constant.Value,
        NftMetaValue meta => NftPacketValues.Meta(meta.Key, packet),
        NftPayload payload => NftPacketValues.Field(payload.Field, packet),
        NftCtValue ct => NftPacketValues.Ct(ct.Key, packet),
        NftFib { Result: NftFibResult.AddressType } fib => NftData.Host32((uint)host.TypeOf(
            fib.Inputs.HasFlag(NftFibInputs.Source) ? packet.Source : packet.Destination)),
        NftNumgen numgen => NftData.Host32(host.Choose(numgen.Modulus) + numgen.Offset),
        NftConcat concat => Concat(concat, packet),
        NftBitwise bitwise => Of(bitwise.Source, packet) is { } source ? Bits(source, bitwise) : null,
        NftMapValue map => Of(map.Key, packet) is { } key ? Find(map.Map, key)?.Data : null,
        NftVariable variable => variable.Slot < _kept.Count ? _kept[variable.Slot] : null,
        _ => null,
    };

    internal bool Keep(NftExpression expression, NftPacket packet)
    {
        if (Of(expression, packet) is not { } value)
            return false;
        _kept.Add(value);
        return true;
    }

    /// <summary>The element that holds a key.</summary>
    internal NftElement? Find(string name, NftData key)
    {
        var (set, element) = index.Find(name, key);
        return set.IsDynamic && memory.Find(index.Table.Id, name, key) is { } remembered ? remembered : element;
    }

    private NftData? Concat(NftConcat concat, NftPacket packet)
    {
        Span<NftData> parts = new NftData[concat.Items.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Of(concat.Items[i], packet) is not { } part)
                return null;
            parts[i] = part;
        }

        return NftData.Concat(parts);
    }

    private static NftData Bits(NftData source, NftBitwise bitwise)
    {
        var bytes = source.Bytes.ToArray();
        for (var i = 0; i < bytes.Length && i < bitwise.Mask.Length; i++)
            bytes[i] = (byte)((bytes[i] & bitwise.Mask.Bytes[i]) ^ bitwise.Xor.Bytes[i]);
        return NftData.Raw(bytes);
    }
}
