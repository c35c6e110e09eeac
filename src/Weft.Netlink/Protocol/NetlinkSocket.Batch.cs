namespace Weft.Netlink.Protocol;

public sealed partial class NetlinkSocket
{
    // Each refusal or acknowledgement costs the kernel one small buffer, which counts with about this many bytes.
    private const int ReplyCost = 1024;

    /// <summary>The largest batch that one datagram can carry, after trying to make the send buffer as large as <paramref name="wanted"/>.</summary>
    /// <param name="wanted">Bytes. Without privileges on the host the limit is about 2 × net.core.wmem_max.</param>
    public int ReserveSendBuffer(int wanted) => _transport.EnsureSendBuffer(wanted);

    /// <summary>Sends several messages in one datagram and collects what the kernel says about each.</summary>
    /// <remarks>
    /// The messages keep the flags that the caller gave them: ask for acknowledgements (NLM_F_ACK) sparingly, as each takes room in the
    /// receive buffer. Refusals always come. Sequence numbers are assigned here; <see cref="BatchError.Index"/> counts messages, the begin
    /// and end markers of nfnetlink included. One datagram of nfnetlink is one transaction.
    /// </remarks>
    /// <exception cref="NetlinkException">EMSGSIZE: it does not fit into the send buffer; nothing was done.</exception>
    public BatchOutcome SendBatch(Span<byte> batch, Operation operation)
    {
        lock (_turn)
        {
            var first = _sequence + 1;
            var count = Stamp(batch);
            _transport.EnsureReceiveBuffer(ReplyCost * Math.Min(count, 4096));
            SendDatagram(batch, operation);
            return CollectReplies(first, count, operation);
        }
    }

    private int Stamp(Span<byte> batch)
    {
        var count = 0;
        for (var start = 0; start < batch.Length; count++)
        {
            var message = batch[start..];
            Native.WriteUInt32(message[8..], ++_sequence);
            start += NetlinkWriter.Align((int)Native.ReadUInt32(message));
        }

        return count;
    }

    // All replies are in the queue by the time that sending returns: the first EAGAIN is the end.
    private BatchOutcome CollectReplies(uint first, int count, Operation operation)
    {
        List<BatchError>? errors = null;
        var acknowledged = 0;
        var lost = false;
        while (true)
        {
            var messages = Receive(operation, out var loss, afterLoss: true);
            if (loss == Loss.Silence)
                return new BatchOutcome(errors ?? (IReadOnlyList<BatchError>)[], acknowledged, lost);
            lost |= loss == Loss.Some;
            while (messages.TryRead(out var message))
            {
                var index = message.Sequence - first;
                if (message.Type != NetlinkFlags.TypeError || index >= (uint)count)
                    continue;
                var reply = KernelReply.Read(message);
                if (reply.Errno == 0)
                    acknowledged++;
                else
                    (errors ??= []).Add(new BatchError((int)index, reply.Errno, reply.Text, reply.Offset));
            }

            lost |= messages.Malformed;
        }
    }
}
