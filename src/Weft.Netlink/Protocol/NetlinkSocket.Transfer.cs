using System.Diagnostics.CodeAnalysis;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

public sealed partial class NetlinkSocket
{
    private const int SendAttempts = 5;

    private enum Loss
    {
        None,

        /// <summary>The kernel dropped something, or a datagram did not fit.</summary>
        Some,

        /// <summary>Something was dropped before, and now nothing more comes.</summary>
        Silence,
    }

    // Stamps the one message of the request and sends it.
    private uint Send(Span<byte> request, int flags, Operation operation)
    {
        var sequence = ++_sequence;
        Native.WriteUInt16(request[6..], (ushort)(Native.ReadUInt16(request[6..]) | flags));
        Native.WriteUInt32(request[8..], sequence);
        SendDatagram(request, operation);
        return sequence;
    }

    // Both failures come before the kernel has looked at the request: trying again repeats nothing.
    private void SendDatagram(ReadOnlySpan<byte> datagram, Operation operation)
    {
        var errno = _transport.Send(datagram);
        if (errno == Errno.EMSGSIZE && _transport.EnsureSendBuffer(datagram.Length) >= datagram.Length)
            errno = _transport.Send(datagram);
        for (var attempt = 1; errno == Errno.ENOBUFS && attempt <= SendAttempts; attempt++)
        {
            Thread.Sleep(attempt);
            errno = _transport.Send(datagram);
        }

        if (errno == Errno.ENOBUFS)
            throw new NetlinkException(operation.ToString(), errno, kernelText: null, "the kernel had no memory for the request; nothing was done");
        if (errno != 0)
            throw new NetlinkException(operation.ToString(), errno);
    }

    // For answers of which there is one: losing it means not knowing what happened.
    private MessageReader ReceiveAnswer(Operation operation)
    {
        var reader = Receive(operation, out var loss, afterLoss: false);
        if (loss != Loss.None)
            throw new NetlinkException(operation.ToString(), Errno.ENOBUFS);
        return reader;
    }

    private void Drain()
    {
        while (_transport.Receive(_buffer, out _) is 0 or Errno.ENOBUFS)
        {
        }
    }

    private MessageReader Receive(Operation operation, out Loss loss, bool afterLoss)
    {
        loss = Loss.None;
        while (true)
        {
            switch (_transport.Receive(_buffer, out var length))
            {
                case 0 when length <= _buffer.Length:
                    return new MessageReader(_buffer.AsSpan(0, length));
                case 0:
                    loss = Loss.Some;
                    _buffer = GC.AllocateUninitializedArray<byte>(NetlinkWriter.Align(length) * 2);
                    return default;
                case Errno.ENOBUFS:
                    loss = Loss.Some;
                    return default;
                case Errno.EAGAIN when afterLoss:
                    loss = Loss.Silence;
                    return default;
                case Errno.EAGAIN:
                    if (!_transport.Wait(Patience))
                        throw new NetlinkException(operation.ToString(), Errno.ETIMEDOUT, kernelText: null, "the kernel did not answer: read the state back");
                    break;
                case var errno:
                    throw new NetlinkException(operation.ToString(), errno);
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowMalformed(Operation operation) =>
        throw new NetlinkException(operation.ToString(), Errno.EBADMSG, kernelText: null, "the answer is not a sequence of netlink messages");
}
