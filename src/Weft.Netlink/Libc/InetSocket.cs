using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Netlink.Libc;

/// <summary>Non-blocking TCP and UDP sockets as bare descriptors, for servers that cannot afford the framework's socket engine.</summary>
/// <remarks>
/// Calls return a count or a descriptor, or minus an <see cref="Errno"/>. Sockets are dual-stack where the kernel has IPv6, so one
/// descriptor serves both families, and an IPv4 peer is reported as IPv4.
/// </remarks>
public static unsafe class InetSocket
{
    private const int AfInet = 2;
    private const int AfInet6 = 10;
    private const int StreamType = 1;
    private const int DatagramType = 2;
    private const int SolIp = 0;
    private const int SolIpv6 = 41;
    private const int SolTcp = 6;
    private const int SoReuseAddress = 2;
    private const int IpPacketInfo = 8;
    private const int Ipv6V6Only = 26;
    private const int Ipv6ReceivePacketInfo = 49;
    private const int TcpNoDelay = 1;
    private const int ShutdownWrite = 1;
    private const int Backlog = 1024;

    /// <summary>A listening TCP socket on every address, or minus the error: <c>EADDRINUSE</c>, <c>EACCES</c>, …</summary>
    public static int ListenStream(int port)
    {
        var fd = Bound(StreamType, port);
        if (fd < 0 || Interop.Listen(fd, Backlog) == 0)
            return fd;
        return CloseWith(fd);
    }

    /// <summary>A UDP socket on every address that tells where each datagram was sent to.</summary>
    public static int BindDatagram(int port) => Bound(DatagramType, port);

    /// <summary>Takes the next connection; <c>-EAGAIN</c> when there is none.</summary>
    public static int Accept(int fd, out IpAddress peer)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxLength];
        var length = (uint)address.Length;
        fixed (byte* pointer = address)
        {
            var connection = Interop.Accept(fd, pointer, &length, Interop.SockNonBlock | Interop.SockCloexec);
            peer = connection < 0 ? default : SocketAddress.AddressOf(address[..(int)length]);
            if (connection < 0)
                return -Marshal.GetLastPInvokeError();
            SetOption(connection, SolTcp, TcpNoDelay, 1);
            return connection;
        }
    }

    /// <summary>Reads what is there: 0 at the end of the stream.</summary>
    /// <param name="wait">Waits for something to be there, on a socket that blocks.</param>
    public static int Receive(int fd, Span<byte> buffer, bool wait = false)
    {
        fixed (byte* pointer = buffer)
        {
            nint count;
            do
                count = Interop.RecvFrom(fd, pointer, (nuint)buffer.Length, wait ? 0 : Interop.MsgDontWait, null, null);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return Result(count);
        }
    }

    /// <summary>Sends as much as the kernel takes.</summary>
    public static int Send(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
            return Result(Interop.SendTo(fd, pointer, (nuint)bytes.Length, Interop.MsgDontWait | Interop.MsgNoSignal, null, 0));
    }

    /// <summary>Says that nothing more is sent.</summary>
    public static void ShutdownSend(int fd) => _ = Interop.Shutdown(fd, ShutdownWrite);

    /// <summary>Closes any descriptor.</summary>
    public static void Close(int fd) => _ = Interop.Close(fd);

    /// <summary>Takes one datagram and remembers in <paramref name="route"/> who sent it and to which of our addresses.</summary>
    public static int ReceiveDatagram(int fd, Span<byte> buffer, ref DatagramRoute route)
    {
        fixed (byte* payload = buffer, peer = route.Peer, control = route.Control)
        {
            var vector = new Interop.IoVector { Base = payload, Length = (nuint)buffer.Length };
            var message = new Interop.MessageHeader
            {
                Name = peer,
                NameLength = SocketAddress.MaxLength,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = DatagramRoute.ControlSize,
            };
            var received = Result(Interop.RecvMsg(fd, &message, Interop.MsgDontWait));
            route.PeerLength = received < 0 ? 0 : (int)message.NameLength;
            route.ControlLength = received < 0 ? 0 : (int)message.ControlLength;
            return received;
        }
    }

    /// <summary>Answers along <paramref name="route"/>: from the address that the datagram was sent to.</summary>
    public static int SendDatagram(int fd, ReadOnlySpan<byte> bytes, ref DatagramRoute route)
    {
        route.ForgetInterface();
        fixed (byte* payload = bytes, peer = route.Peer, control = route.Control)
        {
            var vector = new Interop.IoVector { Base = payload, Length = (nuint)bytes.Length };
            var message = new Interop.MessageHeader
            {
                Name = peer,
                NameLength = (uint)route.PeerLength,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (nuint)route.ControlLength,
            };
            return Result(Interop.SendMsg(fd, &message, Interop.MsgDontWait | Interop.MsgNoSignal));
        }
    }

    private static int Bound(int type, int port)
    {
        var fd = Interop.Socket(AfInet6, type | Interop.SockNonBlock | Interop.SockCloexec, 0);
        var isV6 = fd >= 0;
        if (!isV6)
            fd = Interop.Socket(AfInet, type | Interop.SockNonBlock | Interop.SockCloexec, 0);
        if (fd < 0)
            return -Marshal.GetLastPInvokeError();
        if (isV6)
            SetOption(fd, SolIpv6, Ipv6V6Only, 0);
        if (type == StreamType)
            SetOption(fd, Interop.SolSocket, SoReuseAddress, 1);
        else
            SetOption(fd, isV6 ? SolIpv6 : SolIp, isV6 ? Ipv6ReceivePacketInfo : IpPacketInfo, 1);

        Span<byte> address = stackalloc byte[SocketAddress.MaxLength];
        var length = SocketAddress.WriteAny(address, isV6, port);
        fixed (byte* pointer = address)
            return Interop.Bind(fd, pointer, (uint)length) == 0 ? fd : CloseWith(fd);
    }

    private static int CloseWith(int fd)
    {
        var error = Marshal.GetLastPInvokeError();
        _ = Interop.Close(fd);
        return -error;
    }

    private static void SetOption(int fd, int level, int name, int value) =>
        _ = Interop.SetSockOpt(fd, level, name, &value, sizeof(int));

    private static int Result(nint count) => count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
}
