using Weft.Netlink.Libc;
using Weft.Netlink.Protocol;

namespace Weft.Tests.Netlink;

/// <summary>A kernel that answers what a test tells it to, faults included.</summary>
internal sealed class ScriptedTransport : NetlinkTransport
{
    private readonly Queue<Func<uint, IEnumerable<Answer>>> _script = new();
    private readonly Queue<Answer> _pending = new();

    /// <summary>How many requests arrived.</summary>
    public int Requests { get; private set; }

    /// <summary>Bytes that the send buffer takes.</summary>
    public int SendBuffer { get; set; } = 4096;

    /// <summary>Up to where the send buffer can grow.</summary>
    public int SendBufferLimit { get; set; } = 4096;

    /// <summary>How many sends fail for want of memory before one succeeds.</summary>
    public int SendFailures { get; set; }

    /// <summary>Answers of the kernel that nobody fetched.</summary>
    public int Unread => _pending.Count;

    /// <summary>What the next request without a script of its own is answered with; it gets the request's sequence number.</summary>
    public ScriptedTransport On(Func<uint, IEnumerable<Answer>> answers)
    {
        _script.Enqueue(answers);
        return this;
    }

    public override int Send(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > SendBuffer)
            return Errno.EMSGSIZE;
        if (SendFailures-- > 0)
            return Errno.ENOBUFS;
        Requests++;
        if (_script.TryDequeue(out var answers))
        {
            foreach (var answer in answers(Native.ReadUInt32(datagram[8..])))
                _pending.Enqueue(answer);
        }

        return 0;
    }

    public override int Receive(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_pending.TryDequeue(out var answer))
            return Errno.EAGAIN;
        if (answer.Errno != 0)
            return answer.Errno;
        length = answer.Datagram.Length;
        answer.Datagram.AsSpan(0, Math.Min(length, buffer.Length)).CopyTo(buffer);
        return 0;
    }

    public override bool Wait(TimeSpan timeout) => _pending.Count > 0;

    public override int EnsureSendBuffer(int bytes) => SendBuffer = Math.Max(SendBuffer, Math.Min(bytes, SendBufferLimit));

    public override int EnsureReceiveBuffer(int bytes) => bytes;

    public override int IndexOf(string name) => 1;

    public override string? NameOf(int index) => $"if{index}";

    public override SafeFd OpenNamespace() => throw new NotSupportedException();

    public override void Dispose()
    {
    }

    /// <summary>A datagram, or a failure to receive one.</summary>
    internal sealed record Answer(byte[] Datagram, int Errno = 0)
    {
        public static Answer Lost { get; } = new([], Weft.Netlink.Libc.Errno.ENOBUFS);

        /// <summary>Several messages in one datagram.</summary>
        public static Answer Of(params byte[][] messages) => new([.. messages.SelectMany(message => message)]);
    }
}

/// <summary>Messages as the kernel would write them.</summary>
internal static class KernelMessage
{
    public static byte[] Make(ushort type, ushort flags, uint sequence, params ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[(16 + payload.Length + 3) & ~3];
        Native.WriteUInt32(bytes, (uint)(16 + payload.Length));
        Native.WriteUInt16(bytes.AsSpan(4), type);
        Native.WriteUInt16(bytes.AsSpan(6), flags);
        Native.WriteUInt32(bytes.AsSpan(8), sequence);
        payload.CopyTo(bytes.AsSpan(16));
        return bytes;
    }

    public static byte[] Item(uint sequence, byte value, ushort flags = NetlinkFlags.Multi) => Make(100, flags, sequence, value);

    public static byte[] Done(uint sequence, int error = 0, ushort flags = NetlinkFlags.Multi)
    {
        var payload = new byte[4];
        Native.WriteInt32(payload, error);
        return Make(NetlinkFlags.TypeDone, flags, sequence, payload);
    }

    /// <summary>An acknowledgement, or a refusal with the kernel's words behind the (capped) echo of the request's header.</summary>
    public static byte[] Ack(uint sequence, int errno = 0, string? text = null)
    {
        var attributes = new NetlinkWriter(stackalloc byte[256]);
        if (text is not null)
            attributes.PutString(1, text);
        var tail = attributes.Complete();
        var payload = new byte[20 + tail.Length];
        Native.WriteInt32(payload, -errno);
        tail.CopyTo(payload.AsSpan(20));
        return Make(NetlinkFlags.TypeError, (ushort)(NetlinkFlags.Capped | (text is null ? 0 : NetlinkFlags.AckAttributes)), sequence, payload);
    }
}
