using System.Diagnostics.CodeAnalysis;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Leads the kernel's refusal of a message back to the operation, and the element, that it came from.</summary>
internal static class NftFailure
{
    private const int ProtocolError = 71;

    [DoesNotReturn]
    internal static void Throw(BatchOutcome outcome, ReadOnlySpan<byte> messages, List<NftMessageOrigin> origins, int first, int behind)
    {
        if (outcome.Errors.Count == 0)
            throw new NftException("change nftables: the kernel's answer was lost; read the state back", Errno.ENOBUFS);

        // Message 0 is the batch's begin: what the kernel says about that concerns the whole.
        var error = outcome.Errors[0];
        var index = first + error.Index - 1;
        if (index < first || index >= behind)
            throw Describe("change nftables", error, operation: null, element: null);
        var origin = origins[index];
        var element = error.Offset is { } offset ? ElementAt(messages[origin.Offset..], origin, offset) : null;
        throw Describe(element is null ? origin.Operation.Describe() : Describe(origin.Operation, element), error, origin.Operation, element);
    }

    private static NftException Describe(string what, BatchError error, NftOperation? operation, NftElement? element)
    {
        var text = new NetlinkException(what, error.Errno, error.KernelText, HintFor(error, operation)).Message;
        return new NftException(text, error.Errno, operation, element);
    }

    private static string? HintFor(BatchError error, NftOperation? operation) => (error.Errno, operation) switch
    {
        (NftException.Restart, _) => "somebody changed the ruleset since it was read: read it back and compare again",
        (Errno.ENOENT, _) => "the table, chain, set or element it names does not exist",
        (Errno.EEXIST, NftAddElements) => "the key is there with other data, or overlaps an interval",
        (ProtocolError, NftAddRule { Table.Family: NftFamily.Bridge }) => "ct in the bridge family needs nf_conntrack_bridge in the kernel",
        (Errno.EBUSY, NftDeleteChain or NftDeleteSet) => "rules or map elements still refer to it",
        _ => null,
    };

    private static string Describe(NftOperation operation, NftElement element)
    {
        var set = operation switch
        {
            NftAddElements add => add.Set,
            NftDeleteElements delete => delete.Set,
            _ => null,
        };
        return set is null ? operation.Describe() : $"{operation.Describe()}: element {NftPrinter.Print(element, set)}";
    }

    private static NftElement? ElementAt(ReadOnlySpan<byte> message, NftMessageOrigin origin, uint offset)
    {
        var (set, elements) = origin.Operation switch
        {
            NftAddElements add => (add.Set, add.Elements),
            NftDeleteElements delete => (delete.Set, delete.Elements),
            _ => (null, EquatableArray<NftElement>.Empty),
        };
        if (set is null || EntryAt(message, offset) is not { } entry)
            return null;
        for (var i = origin.FirstElement; i < elements.Count; i++)
        {
            entry -= NftElementEncoder.EntriesOf(set, elements[i]);
            if (entry < 0)
                return elements[i];
        }

        return null;
    }

    /// <summary>Which entry of the element list covers a byte of the message.</summary>
    private static int? EntryAt(ReadOnlySpan<byte> message, uint offset)
    {
        const int AttributeHeader = 4;
        var end = (int)Native.ReadUInt32(message);
        var position = NetlinkWriter.HeaderLength + NftWire.HeaderLength;
        while (position < end && (Native.ReadUInt16(message[(position + 2)..]) & 0x3FFF) != Nfta.ElementsList)
            position += NetlinkWriter.Align(Native.ReadUInt16(message[position..]));
        if (position >= end || offset < position)
            return null;
        position += AttributeHeader;
        for (var entry = 0; position < end; entry++)
        {
            position += NetlinkWriter.Align(Native.ReadUInt16(message[position..]));
            if (offset < position)
                return entry;
        }

        return null;
    }
}
