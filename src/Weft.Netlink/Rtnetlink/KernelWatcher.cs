using System.Threading.Channels;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Listens to the kernel's notifications on a thread of its own and hands them to one asynchronous reader.</summary>
/// <remarks>
/// The queue to the reader is short on purpose: when the reader is slow the thread waits, the kernel's buffer overflows, and the reader
/// is told to list anew (ENOBUFS). So a storm of changes costs memory nowhere.
/// </remarks>
internal sealed class KernelWatcher : IDisposable
{
    private const int QueueLength = 512;
    private const int BufferLength = 64 * 1024;

    // About ten thousand changes before the kernel drops one, where the limits of the machine allow.
    private const int ReceiveBuffer = 8 * 1024 * 1024;

    private readonly KernelTransport _transport;
    private readonly NotificationReader _reader;
    private readonly Channel<NetworkChange> _changes;
    private readonly CancellationTokenSource _end = new();
    private readonly WakeUp _wakeUp = new();
    private readonly Thread _thread;

    public KernelWatcher(NetworkNamespace where, NetworkTopics topics, int receiveBuffer = ReceiveBuffer)
    {
        _transport = where.Run(static () => new KernelTransport(NetlinkProtocol.Route));
        _transport.EnsureReceiveBuffer(receiveBuffer);
        Join(topics);
        _reader = new NotificationReader(new DeviceNames(_transport), topics);
        _changes = Channel.CreateBounded<NetworkChange>(new BoundedChannelOptions(QueueLength) { SingleReader = true, SingleWriter = true });
        _thread = new Thread(Listen) { IsBackground = true, Name = "netlink watcher" };
        _thread.UnsafeStart();
    }

    public IAsyncEnumerable<NetworkChange> ReadAllAsync(CancellationToken cancellation) => _changes.Reader.ReadAllAsync(cancellation);

    public void Dispose()
    {
        _end.Cancel();
        _wakeUp.Set();
        _thread.Join();
        _transport.Dispose();
        _wakeUp.Dispose();
        _end.Dispose();
    }

    // Links are always listened to: their names are needed to tell of the rest.
    private void Join(NetworkTopics topics)
    {
        _transport.Join(RtGroup.Link);
        if ((topics & NetworkTopics.Addresses) != 0)
        {
            _transport.Join(RtGroup.Ipv4Address);
            _transport.Join(RtGroup.Ipv6Address);
        }

        if ((topics & NetworkTopics.Routes) != 0)
        {
            _transport.Join(RtGroup.Ipv4Route);
            _transport.Join(RtGroup.Ipv6Route);
        }

        if ((topics & NetworkTopics.Neighbours) != 0)
            _transport.Join(RtGroup.Neigh);
    }

    private void Listen()
    {
        try
        {
            var buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
            Hand(new NetworkChange.Resync());
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
                foreach (var change in _reader.Read(buffer.AsSpan(0, length)))
                    Hand(change);
                break;
            case 0 or Errno.ENOBUFS:
                _reader.ForgetNames();
                Hand(new NetworkChange.Resync());
                break;
            case Errno.EAGAIN:
                _wakeUp.WaitWith(_transport.Fd);
                break;
            case var errno:
                throw new NetlinkException("listen to changes of the network", errno);
        }
    }

    private void Hand(NetworkChange change)
    {
        if (!_changes.Writer.TryWrite(change))
            _changes.Writer.WriteAsync(change, _end.Token).AsTask().GetAwaiter().GetResult();
    }
}
