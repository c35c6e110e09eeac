using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>Hands open descriptors to another process over a Unix socket (SCM_RIGHTS).</summary>
/// <remarks>
/// <code>
/// struct cmsghdr { size_t len; int level; int type; }  int fds[];   // sys/socket.h, 64-bit
/// </code>
/// Of a <see cref="System.Net.Sockets.Socket"/> the number is <c>(int)socket.Handle</c>.
/// </remarks>
public static unsafe class UnixSockets
{
    /// <summary>The most descriptors of one message: the kernel's SCM_MAX_FD.</summary>
    public const int MaxDescriptors = 253;

    private const int ControlHeader = 16;

    /// <summary>A connected pair of stream sockets; both are closed on exec.</summary>
    public static (SafeFd First, SafeFd Second) Pair()
    {
        var pair = stackalloc int[2];
        if (Interop.SocketPair(Interop.AfUnix, Interop.SockStream | Interop.SockCloexec, 0, pair) < 0)
            NetlinkException.ThrowLast("make a socket pair");
        return (new SafeFd(pair[0]), new SafeFd(pair[1]));
    }

    /// <summary>Sends <paramref name="data"/> (at least one byte) with copies of the descriptors; returns how many bytes went out.</summary>
    /// <exception cref="NetlinkException">EPIPE: the other side is closed.</exception>
    public static int Send(int socket, ReadOnlySpan<byte> data, params ReadOnlySpan<int> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(data.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
        var length = ControlHeader + (descriptors.Length * sizeof(int));
        var control = stackalloc byte[Aligned(length)];
        *(nuint*)control = (nuint)length;
        ((int*)control)[2] = Interop.SolSocket;
        ((int*)control)[3] = Interop.ScmRights;
        descriptors.CopyTo(new Span<int>(control + ControlHeader, descriptors.Length));
        fixed (byte* bytes = data)
        {
            var vector = new Interop.IoVector { Base = bytes, Length = (nuint)data.Length };
            var message = new Interop.MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (descriptors.Length > 0)
            {
                message.Control = control;
                message.ControlLength = (nuint)Aligned(length);
            }

            return Retry(socket, &message, send: true, "send descriptors");
        }
    }

    /// <summary>Receives data and the descriptors that came with it, closed on exec; 0 bytes mean that the other side is closed.</summary>
    public static int Receive(int socket, Span<byte> buffer, out SafeFd[] descriptors)
    {
        var size = Aligned(ControlHeader + (MaxDescriptors * sizeof(int)));
        var control = stackalloc byte[size];
        fixed (byte* bytes = buffer)
        {
            var vector = new Interop.IoVector { Base = bytes, Length = (nuint)buffer.Length };
            var message = new Interop.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)size };
            var received = Retry(socket, &message, send: false, "receive descriptors");
            descriptors = Collect(control, (int)message.ControlLength);
            return received;
        }
    }

    private static SafeFd[] Collect(byte* control, int length)
    {
        if (length < ControlHeader || ((int*)control)[2] != Interop.SolSocket || ((int*)control)[3] != Interop.ScmRights)
            return [];
        var count = ((int)*(nuint*)control - ControlHeader) / sizeof(int);
        var descriptors = new SafeFd[count];
        for (var i = 0; i < count; i++)
            descriptors[i] = new SafeFd(((int*)(control + ControlHeader))[i]);
        return descriptors;
    }

    private static int Retry(int socket, Interop.MessageHeader* message, bool send, string operation)
    {
        while (true)
        {
            var count = send ? Interop.SendMsg(socket, message, Interop.MsgNoSignal) : Interop.RecvMsg(socket, message, Interop.MsgCmsgCloexec);
            if (count >= 0)
                return (int)count;
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                NetlinkException.ThrowLast(operation);
        }
    }

    private static int Aligned(int length) => (length + 7) & ~7;
}
