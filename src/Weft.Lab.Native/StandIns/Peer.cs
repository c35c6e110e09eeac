using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>One TCP connection: moves bytes between its socket and its conversation.</summary>
internal sealed class Peer(int fd, Conversation conversation, TcpPorts owner) : Source(fd)
{
    private Conversation _conversation = conversation;
    private byte[] _unread = [];
    private byte[] _unsent = [];
    private Readiness _interest = Readiness.Read;
    private bool _inputClosed;
    private long _farewell = long.MaxValue;

    /// <inheritdoc/>
    public override long DueAt => Math.Min(_conversation.DueAt, _farewell);

    private bool IsLeaving => _farewell != long.MaxValue;

    /// <inheritdoc/>
    public override void OnReady(EventLoop loop, Readiness readiness)
    {
        if (IsLeaving)
        {
            Leave(loop);
            return;
        }

        if ((readiness & (Readiness.Error | Readiness.HangUp)) != 0 || !TrySendRest())
        {
            Close(loop);
            return;
        }

        var length = Receive(loop, (readiness & Readiness.Read) != 0);
        if (length < 0 || !TryConverse(loop, length))
            Close(loop);
        else
            Settle(loop);
    }

    // The bytes not yet taken, then what the socket has: in the loop's scratch buffer.
    private int Receive(EventLoop loop, bool isReadable)
    {
        _unread.CopyTo(loop.Scratch, 0);
        var length = _unread.Length;
        if (!isReadable || _unsent.Length > 0 || _inputClosed || length >= Limits.RequestHead)
            return length;
        var received = InetSocket.Receive(Fd, loop.Scratch.AsSpan(length, Limits.ReadSize));
        _inputClosed = received == 0;
        return received switch
        {
            >= 0 => length + received,
            -Errno.EAGAIN or -Errno.EINTR => length,
            _ => -1,
        };
    }

    private bool TryConverse(EventLoop loop, int length)
    {
        var input = loop.Scratch.AsSpan(0, length);
        var moved = true;
        while (moved && _unsent.Length == 0 && !_conversation.Ended)
        {
            loop.Output.Clear();
            var taken = _conversation.Take(input, loop.Output, loop.Now);
            input = input[taken..];
            moved = taken > 0 || loop.Output.Length > 0 || _conversation.Successor is not null;
            _conversation = _conversation.Successor ?? _conversation;
            if (!TrySend(loop.Output.Written))
                return false;
        }

        _unread = input.IsEmpty ? [] : input.ToArray();
        return true;
    }

    private bool TrySend(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return true;
        var sent = InetSocket.Send(Fd, bytes);
        if (sent is -Errno.EAGAIN or -Errno.EINTR or -Errno.ENOBUFS)
            sent = 0;
        if (sent < 0)
            return false;
        _unsent = sent == bytes.Length ? [] : bytes[sent..].ToArray();
        return true;
    }

    private bool TrySendRest() => TrySend(_unsent);

    // What to wait for next; the end when nothing more can come.
    private void Settle(EventLoop loop)
    {
        if (_unsent.Length == 0 && _conversation.Ended)
        {
            InetSocket.ShutdownSend(Fd);
            _farewell = loop.Now + Limits.Farewell;
        }
        else if (_unsent.Length == 0 && _inputClosed && _conversation.DueAt == long.MaxValue)
        {
            Close(loop);
            return;
        }

        var wantsInput = IsLeaving || (_unsent.Length == 0 && !_inputClosed && _unread.Length < Limits.RequestHead);
        var interest = (wantsInput ? Readiness.Read : Readiness.None) | (_unsent.Length > 0 ? Readiness.Write : Readiness.None);
        if (interest != _interest)
            loop.Change(this, interest);
        _interest = interest;
        loop.Reschedule(this);
    }

    // Closing over unread input would reset the connection, and the peer might lose our last words.
    private void Leave(EventLoop loop)
    {
        var received = loop.Now >= _farewell ? 0 : InetSocket.Receive(Fd, loop.Scratch);
        if (received == 0 || (received < 0 && received != -Errno.EAGAIN))
            Close(loop);
    }

    private void Close(EventLoop loop)
    {
        loop.Close(this);
        owner.OnClosed(loop);
    }
}
