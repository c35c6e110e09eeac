using System.Threading.Channels;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>What one datagram of notifications says. The list is valid until the next call.</summary>
internal delegate IReadOnlyList<T> NotificationParser<out T>(ReadOnlySpan<byte> datagram);

/// <summary>Listens to the kernel's notifications on a thread of its own and hands them to one asynchronous reader.</summary>
/// <remarks>
/// The queue to the reader is short on purpose: when the reader is slow the thread waits, the kernel's buffer overflows, and the reader
/// is told that something was lost (ENOBUFS). So a storm of changes costs memory nowhere.
/// </remarks>
internal sealed class NotificationThread<T> : IDisposable
{
    private const int QueueLength = 512;
    private const int BufferLength = 64 * 1024;

    private readonly KernelTransport _transport;
    private readonly NotificationParser<T> _read;
    private readonly Func<T> _lost;
    private readonly Channel<T> _changes;
    private readonly CancellationTokenSource _end = new();
    private readonly WakeUp _wakeUp = new();
    private readonly Thread _thread;

    /// <summary>Starts listening; the first thing that the reader hears is <paramref name="lost"/>.</summary>
    /// <param name="transport">A socket that has joined its groups; closed in the end.</param>
    /// <param name="read">What a datagram says.</param>
    /// <param name="lost">Called for what to say when something was missed.</param>
    public NotificationThread(KernelTransport transport, NotificationParser<T> read, Func<T> lost)
    {
        (_transport, _read, _lost) = (transport, read, lost);
        _changes = Channel.CreateBounded<T>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        _thread = new Thread(Listen) { IsBackground = true, Name = "netlink watcher" };
        _thread.UnsafeStart();
    }

    /// <summary>The changes as they come.</summary>
    /// <exception cref="NetlinkException">The kernel ended it.</exception>
    public IAsyncEnumerable<T> ReadAllAsync(CancellationToken cancellation) => _changes.Reader.ReadAllAsync(cancellation);

    /// <summary>Tells the reader something else, from any thread.</summary>
    public void Insert(T change) => _ = _changes.Writer.WriteAsync(change, _end.Token).AsTask();

    public void Dispose()
    {
        _end.Cancel();
        _wakeUp.Set();
        _thread.Join();
        _transport.Dispose();
        _wakeUp.Dispose();
        _end.Dispose();
    }

    private void Listen()
    {
        try
        {
            var buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
            Hand(_lost());
            while (!_end.IsCancellationRequested)
                Turn(buffer);
            _changes.Writer.TryComplete();
        }
        catch (OperationCanceledException)
        {
            _changes.Writer.TryComplete();
        }
        catch (NetlinkException exception)
        {
            _changes.Writer.TryComplete(exception);
        }
    }

    private void Turn(byte[] buffer)
    {
        switch (_transport.Receive(buffer, out var length))
        {
            case 0 when length <= buffer.Length:
                foreach (var change in _read(buffer.AsSpan(0, length)))
                    Hand(change);
                break;
            case 0 or Errno.ENOBUFS:
                Hand(_lost());
                break;
            case Errno.EAGAIN:
                _wakeUp.WaitWith(_transport.Fd);
                break;
            case var errno:
                throw new NetlinkException("listen to the kernel's changes", errno);
        }
    }

    private void Hand(T change)
    {
        if (!_changes.Writer.TryWrite(change))
            _changes.Writer.WriteAsync(change, _end.Token).AsTask().GetAwaiter().GetResult();
    }
}
