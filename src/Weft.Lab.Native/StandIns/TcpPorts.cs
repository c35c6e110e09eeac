using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>The listening sockets, and how many connections they have let in.</summary>
internal sealed class TcpPorts(HttpResponder responder)
{
    private readonly List<Listener> _listeners = [];
    private int _open;

    /// <summary>Listens on a port; returns 0 or an <see cref="Errno"/>.</summary>
    public int Listen(EventLoop loop, int port)
    {
        var fd = InetSocket.ListenStream(port);
        if (fd < 0)
            return -fd;
        var listener = new Listener(fd, this);
        _listeners.Add(listener);
        loop.Add(listener, Readiness.Read);
        return 0;
    }

    /// <summary>A connection is gone: let the next one in when they had to wait.</summary>
    public void OnClosed(EventLoop loop)
    {
        if (_open-- == Limits.Connections)
            SetAccepting(loop, Readiness.Read);
    }

    private bool TryAccept(EventLoop loop, int listener)
    {
        var fd = InetSocket.Accept(listener, out var client);
        if (fd < 0)
            return false;
        loop.Add(new Peer(fd, new Greeting(responder, client.ToString()), this), Readiness.Read);
        if (++_open == Limits.Connections)
            SetAccepting(loop, Readiness.None);
        return _open < Limits.Connections;
    }

    private void SetAccepting(EventLoop loop, Readiness interest)
    {
        foreach (var listener in _listeners)
            loop.Change(listener, interest);
    }

    private sealed class Listener(int fd, TcpPorts owner) : Source(fd)
    {
        private const int AcceptsPerTurn = 64;

        public override void OnReady(EventLoop loop, Readiness readiness)
        {
            for (var i = 0; i < AcceptsPerTurn && owner.TryAccept(loop, Fd); i++)
            {
            }
        }
    }
}
