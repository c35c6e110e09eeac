using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Elements as messages; nothing is allocated per element.</summary>
/// <remarks>
/// <code>
/// NFTA_SET_ELEM_LIST_ELEMENTS { NFTA_LIST_ELEM { KEY { VALUE }, [KEY_END], [DATA], [FLAGS], [TIMEOUT], [USERDATA] }, … }
/// </code>
/// The list's length field has 16 bits, so long lists become several messages. In an interval set of a scalar the kernel keeps borders:
/// an element at the first key, and one flagged as end at the first key behind (none where the interval reaches the last key).
/// </remarks>
internal static class NftElementEncoder
{
    // Three values of 64 bytes, a chain name of 128, a comment of 256, and their headers.
    private const int LongestElement = 1024;
    private const int LongestList = ushort.MaxValue - LongestElement;

    /// <summary>Writes one message with as many elements as fit, from <paramref name="start"/> on; returns the index of the first left over.</summary>
    internal static int Encode(ref NetlinkWriter writer, ushort type, NftTableId table, NftSet set, ReadOnlySpan<NftElement> elements, int start)
    {
        NftMessages.Begin(ref writer, type, type == NftWire.NewElements ? NetlinkFlags.Create : (ushort)0, table.Family);
        writer.PutString(Nfta.ElementsTable, table.Name);
        writer.PutString(Nfta.ElementsSet, set.Name);
        var borders = NftSetEncoder.IsBorders(set);
        var whole = type == NftWire.NewElements;
        var list = writer.Open(Nfta.ElementsList);
        var index = start;
        while (index < elements.Length && writer.Length - list < LongestList)
        {
            var element = elements[index++];
            Put(ref writer, element, borders, whole);
            if (borders)
                PutEnd(ref writer, element.KeyEnd ?? element.Key);
        }

        writer.Close(list);
        return index;
    }

    internal static void Flush(ref NetlinkWriter writer, NftFlushSet flush)
    {
        NftMessages.Begin(ref writer, NftWire.DelElements, 0, flush.Table.Family);
        writer.PutString(Nfta.ElementsTable, flush.Table.Name);
        writer.PutString(Nfta.ElementsSet, flush.Name);
    }

    /// <summary>How many entries of the list an element takes.</summary>
    internal static int EntriesOf(NftSet set, NftElement element) =>
        NftSetEncoder.IsBorders(set) && (element.KeyEnd ?? element.Key).Bytes.ContainsAnyExcept(byte.MaxValue) ? 2 : 1;

    private static void Put(ref NetlinkWriter writer, NftElement element, bool borders, bool whole)
    {
        var entry = writer.Open(Nfta.ListElement);
        NftDataEncoder.Put(ref writer, Nfta.ElementKey, element.Key.Bytes);
        if (element.KeyEnd is { } last && !borders)
            NftDataEncoder.Put(ref writer, Nfta.ElementKeyEnd, last.Bytes);
        if (whole)
            PutContent(ref writer, element);
        writer.Close(entry);
    }

    private static void PutContent(ref NetlinkWriter writer, NftElement element)
    {
        if (element.Verdict is { } verdict)
            NftDataEncoder.Put(ref writer, Nfta.ElementData, verdict);
        else if (element.Data is { } data)
            NftDataEncoder.Put(ref writer, Nfta.ElementData, data.Bytes);
        if (element.TimeoutMilliseconds is { } timeout)
            writer.PutU64BigEndian(Nfta.ElementTimeout, timeout);
        NftUserData.Put(ref writer, Nfta.ElementUserData, element.Comment);
    }

    private static void PutEnd(ref NetlinkWriter writer, NftData last)
    {
        Span<byte> behind = stackalloc byte[last.Length];
        last.Bytes.CopyTo(behind);
        if (!Increment(behind))
            return;
        var entry = writer.Open(Nfta.ListElement);
        NftDataEncoder.Put(ref writer, Nfta.ElementKey, behind);
        writer.PutU32BigEndian(Nfta.ElementFlags, NftWire.ElementIsEnd);
        writer.Close(entry);
    }

    private static bool Increment(Span<byte> number)
    {
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (++number[i] != 0)
                return true;
        }

        return false;
    }
}
