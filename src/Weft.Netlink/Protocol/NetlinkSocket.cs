using System.Diagnostics.CodeAnalysis;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>
/// Turns one reply of the kernel into a value, or null when it is none of those asked for. The message lives in the socket's buffer: copy
/// what is to stay.
/// </summary>
public delegate T? MessageParser<out T>(NetlinkMessage message, ref DecodeError error);

/// <summary>Requests to the kernel and their answers: acknowledged changes, single objects, dumps, batches.</summary>
/// <remarks>
/// It stays in the network namespace of the thread that opened it, whoever uses it later. Calls are serialized; one waits for the
/// other. The kernel works on a request before the sending call returns, so an answer is either in the queue or was lost.
/// <para>Sources: Documentation/userspace-api/netlink/intro.rst, net/netlink/af_netlink.c.</para>
/// </remarks>
public sealed partial class NetlinkSocket : IDisposable
{
    /// <summary>How often a dump starts over that changed under the reader, before the caller is told (each round costs one dump).</summary>
    public const int MaxDumpAttempts = 16;

    // After this many rounds in a storm of changes each further one first lets it pass, for a few milliseconds.
    private const int CalmAttempts = 4;

    // Large enough for what the kernel puts into one datagram of a dump (NLMSG_GOODSIZE up to 32 KiB); grows when one is larger.
    private const int InitialBuffer = 32 * 1024;

    // The longest plausible wait for the kernel's internal locks; an answer later than this is a lost one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NetlinkTransport _transport;
    private readonly Lock _turn = new();
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBuffer);
    private uint _sequence;

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="NetlinkException">The kernel has no such protocol, or no descriptor is left.</exception>
    public NetlinkSocket(NetlinkProtocol protocol)
        : this(new KernelTransport(protocol))
    {
    }

    internal NetlinkSocket(NetlinkTransport transport) => _transport = transport;

    private enum DumpResult
    {
        Complete,
        StartOver,
    }

    internal NetlinkTransport Transport => _transport;

    /// <summary>Sends a change and waits for its acknowledgement.</summary>
    /// <exception cref="NetlinkException">The kernel refused it; ENOBUFS when its answer was lost, so that nobody knows.</exception>
    public void Execute(Span<byte> request, Operation operation)
    {
        lock (_turn)
        {
            var sequence = Send(request, NetlinkFlags.Request | NetlinkFlags.Ack, operation);
            while (true)
            {
                var messages = ReceiveAnswer(operation);
                while (messages.TryRead(out var message))
                {
                    if (message.Sequence != sequence || message.Type != NetlinkFlags.TypeError)
                        continue;
                    var reply = KernelReply.Read(message);
                    if (reply.Errno != 0)
                        Throw(operation, reply);
                    return;
                }

                if (messages.Malformed)
                    ThrowMalformed(operation);
            }
        }
    }

    /// <summary>Asks for one object.</summary>
    /// <exception cref="NetlinkException">The kernel refused, for one because there is no such object (<see cref="NetlinkException.NotFound"/>).</exception>
    public T Get<T>(Span<byte> request, Operation operation, MessageParser<T> parser)
    {
        lock (_turn)
        {
            var sequence = Send(request, NetlinkFlags.Request, operation);
            while (true)
            {
                var messages = ReceiveAnswer(operation);
                while (messages.TryRead(out var message))
                {
                    if (message.Sequence != sequence || message.Type == NetlinkFlags.TypeNoop)
                        continue;
                    if (message.Type <= NetlinkFlags.TypeOverrun)
                        Throw(operation, KernelReply.Read(message));
                    return Parse(message, operation, parser) ?? throw new NetlinkException(operation.ToString(), Errno.EBADMSG);
                }

                if (messages.Malformed)
                    ThrowMalformed(operation);
            }
        }
    }

    /// <summary>Asks for all objects that the request selects.</summary>
    /// <remarks>
    /// What changed while it was read (NLM_F_DUMP_INTR), did not fit (truncation) or was dropped (ENOBUFS) is read again from the start,
    /// so that the result is one consistent picture.
    /// </remarks>
    /// <exception cref="NetlinkException">The kernel refused; EINTR when the objects kept changing.</exception>
    public List<T> Dump<T>(Span<byte> request, Operation operation, MessageParser<T> parser)
    {
        var items = new List<T>();
        lock (_turn)
        {
            for (var attempt = 0; attempt < MaxDumpAttempts; attempt++)
            {
                items.Clear();
                if (attempt >= CalmAttempts)
                    Thread.Sleep(attempt);
                if (DumpOnce(request, items, operation, parser) == DumpResult.Complete)
                    return items;
            }
        }

        throw new NetlinkException(
            operation.ToString(), Errno.EINTR, kernelText: null, $"the objects changed during each of {MaxDumpAttempts} readings: try again when there is less change");
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _transport.Dispose();

    // A dump is always read to its end, even when it is already known to be worthless: until then the kernel answers EBUSY to the next.
    private DumpResult DumpOnce<T>(Span<byte> request, List<T> items, Operation operation, MessageParser<T> parser)
    {
        var sequence = Send(request, NetlinkFlags.Request | NetlinkFlags.Dump, operation);
        try
        {
            return ReceiveDump(sequence, items, operation, parser);
        }
        catch
        {
            Drain();
            throw;
        }
    }

    private DumpResult ReceiveDump<T>(uint sequence, List<T> items, Operation operation, MessageParser<T> parser)
    {
        var result = DumpResult.Complete;
        while (true)
        {
            var messages = Receive(operation, out var loss, afterLoss: result == DumpResult.StartOver);
            if (loss == Loss.Silence)
                return DumpResult.StartOver;
            if (loss != Loss.None)
                result = DumpResult.StartOver;
            while (messages.TryRead(out var message))
            {
                if (message.Sequence != sequence)
                    continue;
                if ((message.Flags & NetlinkFlags.DumpInterrupted) != 0 || message.Type == NetlinkFlags.TypeOverrun)
                    result = DumpResult.StartOver;
                if (message.Type is NetlinkFlags.TypeDone or NetlinkFlags.TypeError)
                    return End(message, result, operation);
                if (message.Type > NetlinkFlags.TypeOverrun && result == DumpResult.Complete && Parse(message, operation, parser) is { } item)
                    items.Add(item);
            }

            if (messages.Malformed)
                ThrowMalformed(operation);
        }
    }

    private static DumpResult End(NetlinkMessage message, DumpResult result, Operation operation)
    {
        var reply = KernelReply.Read(message);
        if (reply.Errno is Errno.EINTR or Errno.EAGAIN or Errno.EBUSY)
            return DumpResult.StartOver;
        if (reply.Errno != 0)
            Throw(operation, reply);
        return result;
    }

    private static T? Parse<T>(NetlinkMessage message, Operation operation, MessageParser<T> parser)
    {
        var error = default(DecodeError);
        var item = parser(message, ref error);
        if (error.Any)
            error.ThrowIfAny(operation.ToString());
        return item;
    }

    [DoesNotReturn]
    private static void Throw(Operation operation, KernelReply reply) =>
        throw new NetlinkException(operation.ToString(), reply.Errno == 0 ? Errno.EBADMSG : reply.Errno, reply.Text);
}
