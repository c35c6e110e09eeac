using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Sets and maps as messages, without their elements.</summary>
internal static class NftSetEncoder
{
    internal static void Add(ref NetlinkWriter writer, NftTableId table, NftSet set, uint id)
    {
        Begin(ref writer, NftWire.NewSet, NetlinkFlags.Create, table, set.Name);
        var isRanges = IsConcatenatedInterval(set);
        writer.PutU32BigEndian(
            Nfta.SetFlags, (uint)set.Flags | (set.IsMap ? NftWire.SetIsMap : 0) | (isRanges ? NftWire.SetIsConcat : 0));
        writer.PutU32BigEndian(Nfta.SetKeyType, set.KeyType.Code);
        writer.PutU32BigEndian(Nfta.SetKeyLength, (uint)set.KeyType.Length);
        PutDataType(ref writer, set);
        PutDescription(ref writer, set, isRanges);
        writer.PutU32BigEndian(Nfta.SetId, id);
        if (set.TimeoutMilliseconds is { } timeout)
            writer.PutU64BigEndian(Nfta.SetTimeout, timeout);
        NftUserData.PutSet(ref writer, set);
        if (set.Counter)
            PutCounter(ref writer);
    }

    internal static void Delete(ref NetlinkWriter writer, NftTableId table, string name) =>
        Begin(ref writer, NftWire.DelSet, 0, table, name);

    /// <summary>Whether the kernel keeps the elements as ranges per field (nft_set_pipapo), first and last key in one element.</summary>
    internal static bool IsConcatenatedInterval(NftSet set) => set.Flags.HasFlag(NftSetFlags.Interval) && set.KeyType.IsConcatenation;

    /// <summary>Whether the kernel keeps the elements as interval borders (nft_set_rbtree), two elements per interval.</summary>
    internal static bool IsBorders(NftSet set) => set.Flags.HasFlag(NftSetFlags.Interval) && !set.KeyType.IsConcatenation;

    private static void Begin(ref NetlinkWriter writer, ushort type, ushort flags, NftTableId table, string name)
    {
        NftMessages.Begin(ref writer, type, flags, table.Family);
        writer.PutString(Nfta.SetTable, table.Name);
        writer.PutString(Nfta.SetName, name);
    }

    private static void PutDataType(ref NetlinkWriter writer, NftSet set)
    {
        if (set.IsVerdictMap)
        {
            writer.PutU32BigEndian(Nfta.SetDataType, NftWire.DataIsVerdict);
        }
        else if (set.DataType is { } data)
        {
            writer.PutU32BigEndian(Nfta.SetDataType, data.Code);
            writer.PutU32BigEndian(Nfta.SetDataLength, (uint)data.Length);
        }
    }

    private static void PutDescription(ref NetlinkWriter writer, NftSet set, bool isRanges)
    {
        if (set.Size is null && !isRanges)
            return;
        var description = writer.Open(Nfta.SetDescription);
        if (set.Size is { } size)
            writer.PutU32BigEndian(Nfta.DescriptionSize, size);
        if (isRanges)
            PutFields(ref writer, set.KeyType);
        writer.Close(description);
    }

    private static void PutFields(ref NetlinkWriter writer, NftType key)
    {
        var fields = writer.Open(Nfta.DescriptionConcat);
        foreach (var part in key.Parts)
        {
            var field = writer.Open(Nfta.ListElement);
            writer.PutU32BigEndian(Nfta.FieldLength, (uint)part.Length);
            writer.Close(field);
        }

        writer.Close(fields);
    }

    private static void PutCounter(ref NetlinkWriter writer)
    {
        var expression = writer.Open(Nfta.SetExpression);
        writer.PutString(Nfta.ExpressionName, "counter");
        writer.Close(writer.Open(Nfta.ExpressionData));
        writer.Close(expression);
    }
}
