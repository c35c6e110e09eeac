using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>A batch's operations as messages, and where each message came from.</summary>
internal sealed class NftBatchEncoder
{
    private readonly List<NftMessageOrigin> _origins = [];
    private uint _setId;

    /// <summary>One entry per message, in order, without the batch's own begin and end.</summary>
    internal List<NftMessageOrigin> Origins => _origins;

    internal void Encode(ref NetlinkWriter writer, NftBatch batch)
    {
        foreach (var operation in batch.Operations)
            Encode(ref writer, operation);
    }

    private void Encode(ref NetlinkWriter writer, NftOperation operation)
    {
        switch (operation)
        {
            case NftAddElements add:
                Elements(ref writer, add, NftWire.NewElements, add.Set, add.Elements.AsSpan());
                return;
            case NftDeleteElements delete:
                Elements(ref writer, delete, NftWire.DelElements, delete.Set, delete.Elements.AsSpan());
                return;
            case NftDeleteTable table:
                // Deleting what is not there is an error, and "destroy" is Linux 6.3: make sure that it is there first.
                Note(writer.Length, operation);
                NftObjectEncoder.AddTable(ref writer, table.Table, comment: null);
                Note(writer.Length, operation);
                NftObjectEncoder.DeleteTable(ref writer, table.Table);
                return;
        }

        Note(writer.Length, operation);
        Simple(ref writer, operation);
    }

    private void Simple(ref NetlinkWriter writer, NftOperation operation)
    {
        switch (operation)
        {
            case NftAddTable table:
                NftObjectEncoder.AddTable(ref writer, table.Table, table.Comment);
                break;
            case NftAddChain chain:
                NftObjectEncoder.AddChain(ref writer, chain);
                break;
            case NftDeleteChain chain:
                NftObjectEncoder.DeleteChain(ref writer, chain);
                break;
            case NftFlushChain chain:
                NftObjectEncoder.FlushChain(ref writer, chain);
                break;
            case NftAddRule rule:
                NftObjectEncoder.AddRule(ref writer, rule);
                break;
            case NftAddSet set:
                NftSetEncoder.Add(ref writer, set.Table, set.Set, ++_setId);
                break;
            case NftDeleteSet set:
                NftSetEncoder.Delete(ref writer, set.Table, set.Name);
                break;
            case NftFlushSet set:
                NftElementEncoder.Flush(ref writer, set);
                break;
            default:
                throw new ArgumentException($"unknown operation {operation}", nameof(operation));
        }
    }

    private void Elements(ref NetlinkWriter writer, NftOperation operation, ushort type, NftSet set, ReadOnlySpan<NftElement> elements)
    {
        for (var index = 0; index < elements.Length;)
        {
            Note(writer.Length, operation, index);
            index = NftElementEncoder.Encode(ref writer, type, operation.Table, set, elements, index);
        }
    }

    private void Note(int offset, NftOperation operation, int firstElement = 0) => _origins.Add(new NftMessageOrigin(offset, operation, firstElement));
}

/// <summary>Where a message came from.</summary>
/// <param name="Offset">Where it starts in the written bytes.</param>
/// <param name="Operation">The operation it carries out, or a part of it.</param>
/// <param name="FirstElement">For elements: the index of the first it carries.</param>
internal readonly record struct NftMessageOrigin(int Offset, NftOperation Operation, int FirstElement);
