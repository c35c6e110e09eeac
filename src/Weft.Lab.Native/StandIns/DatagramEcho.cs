using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>One UDP port: gives every datagram back, from the address that it was sent to.</summary>
internal sealed class DatagramEcho(int fd, int port) : Source(fd)
{
    private DatagramRoute _route = new();

    /// <inheritdoc/>
    public override void OnReady(EventLoop loop, Readiness readiness)
    {
        for (var i = 0; i < Limits.DatagramsPerTurn; i++)
        {
            var length = InetSocket.ReceiveDatagram(Fd, loop.Scratch, ref _route);
            if (length < 0)
                return;

            // One forged datagram between two echo ports of the same number would go round for ever (CERT CA-1996-01).
            if (_route.Port != port)
                _ = InetSocket.SendDatagram(Fd, loop.Scratch.AsSpan(0, length), ref _route);
        }
    }
}
