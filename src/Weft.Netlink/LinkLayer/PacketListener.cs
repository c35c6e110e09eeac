using Weft.Model;
using Weft.Netlink.Libc;

namespace Weft.Netlink.LinkLayer;

/// <summary>What to do with a packet. The bytes are valid during the call.</summary>
public delegate void PacketHandler(ReadOnlySpan<byte> packet, MacAddress sender);

/// <summary>Reads a packet socket on a thread of its own, and closes it in the end.</summary>
public sealed class PacketListener : IDisposable
{
    private const int BufferLength = 2048;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly PacketSocket _socket;
    private readonly PacketHandler _handler;
    private readonly WakeUp _wakeUp = new();
    private readonly Thread _thread;
    private volatile bool _ended;

    /// <summary>Starts to read.</summary>
    /// <param name="socket">Read by nobody else; others may send on it until this object is disposed.</param>
    /// <param name="handler">Called on the thread that reads; it must not throw.</param>
    public PacketListener(PacketSocket socket, PacketHandler handler)
    {
        (_socket, _handler) = (socket, handler);
        _thread = new Thread(Listen) { IsBackground = true, Name = "packet listener" };
        _thread.UnsafeStart();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended = true;
        _wakeUp.Set();
        _thread.Join();
        _wakeUp.Dispose();
        _socket.Dispose();
    }

    private void Listen()
    {
        var buffer = new byte[BufferLength];
        while (!_ended)
        {
            var length = _socket.Receive(buffer, out var sender);
            if (length >= 0)
                _handler(buffer.AsSpan(0, length), sender);
            else if (length == -Errno.EAGAIN)
                _wakeUp.WaitWith(_socket.Fd);
            else
                Thread.Sleep(Rest);
        }
    }
}
