using Weft.Model.Nftables;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Nftables;

/// <summary>Sends a batch as one transaction, or as several when the send buffer cannot take it at once.</summary>
internal static class NftTransaction
{
    private const int InitialBuffer = 4096;

    // Begin with a generation (16 + 4 + 8 bytes) and end (16 + 4).
    private const int FrameLength = 48;

    // nlmsghdr.nlmsg_flags.
    private const int FlagsOffset = 6;

    internal static void Commit(NetlinkSocket socket, NftBatch batch, int largest)
    {
        var encoder = new NftBatchEncoder();
        var writer = new NetlinkWriter(stackalloc byte[InitialBuffer]);
        try
        {
            NftMessages.BeginBatch(ref writer, batch.Generation);
            encoder.Encode(ref writer, batch);
            var end = writer.Length;
            NftMessages.EndBatch(ref writer);
            var bytes = writer.Complete();
            var messages = bytes[..end];
            var limit = int.Min(largest, socket.ReserveSendBuffer(bytes.Length));
            if (bytes.Length <= limit)
                Send(socket, bytes, messages, encoder.Origins, 0, encoder.Origins.Count);
            else
                SendParts(socket, messages, encoder.Origins, limit, batch.Generation);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static void SendParts(NetlinkSocket socket, Span<byte> messages, List<NftMessageOrigin> origins, int limit, uint? generation)
    {
        for (var first = 0; first < origins.Count;)
        {
            var behind = NftPartition.EndOfPart(origins, messages.Length, first, limit - FrameLength);
            var start = origins[first].Offset;
            var length = (behind < origins.Count ? origins[behind].Offset : messages.Length) - start;
            SendPart(socket, messages, messages.Slice(start, length), origins, first, behind, generation);
            first = behind;

            // Every commit counts the generation up by one, and leaves 0 out.
            generation = generation is { } number ? uint.Max(number + 1, 1) : null;
        }
    }

    private static void SendPart(
        NetlinkSocket socket, Span<byte> messages, ReadOnlySpan<byte> part, List<NftMessageOrigin> origins, int first, int behind, uint? generation)
    {
        var writer = new NetlinkWriter(new byte[part.Length + FrameLength]);
        try
        {
            NftMessages.BeginBatch(ref writer, generation);
            writer.Complete();
            var shift = writer.Length - origins[first].Offset;
            writer.Append(part);
            NftMessages.EndBatch(ref writer);
            Send(socket, writer.Complete(), messages, origins, first, behind, shift);
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static void Send(
        NetlinkSocket socket, Span<byte> bytes, ReadOnlySpan<byte> messages, List<NftMessageOrigin> origins, int first, int behind, int shift = 0)
    {
        // One acknowledgement, for the last message, tells a finished transaction from a lost answer.
        var last = bytes[(origins[behind - 1].Offset + shift + FlagsOffset)..];
        Native.WriteUInt16(last, (ushort)(Native.ReadUInt16(last) | NetlinkFlags.Ack));
        BatchOutcome outcome;
        try
        {
            outcome = socket.SendBatch(bytes, "change nftables");
        }
        catch (NetlinkException refused)
        {
            throw new NftException(refused.Message, refused.Errno, inner: refused);
        }

        if (outcome.Errors.Count > 0 || outcome.Acknowledged == 0)
            NftFailure.Throw(outcome, messages, origins, first, behind);
    }
}
