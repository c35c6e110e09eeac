using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft.Netlink.Libc;

/// <summary>One line to a server on a Unix socket and one line back, without the framework's socket engine, which costs a native binary its start-up.</summary>
public static unsafe class UnixRequest
{
    // struct sockaddr_un { sa_family_t family; char path[108]; }
    private const int PathOffset = 2;
    private const int LongestPath = 107;
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Sends a line and returns the answer without its line break.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="line">The line, without its break.</param>
    /// <param name="patience">How long to wait for the answer.</param>
    /// <exception cref="NetlinkException">Nobody listens (ENOENT, ECONNREFUSED), or nobody answers in time (ETIMEDOUT) or to the end (ECONNRESET).</exception>
    public static byte[] Ask(string path, ReadOnlySpan<byte> line, TimeSpan patience)
    {
        using var socket = SafeFd.Own(Interop.Socket(Interop.AfUnix, Interop.SockStream | Interop.SockCloexec, 0), "open a Unix socket");
        Connect(socket.Value, path);
        Send(socket.Value, [.. line, (byte)'\n'], path);
        return Receive(socket.Value, path, patience);
    }

    private static void Connect(int socket, string path)
    {
        var length = Encoding.UTF8.GetByteCount(path);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestPath, nameof(path));
        Span<byte> address = stackalloc byte[PathOffset + LongestPath + 1];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Interop.AfUnix);
        Encoding.UTF8.GetBytes(path, address[PathOffset..]);
        fixed (byte* pointer = address)
        {
            if (Interop.Connect(socket, pointer, (uint)(PathOffset + length + 1)) < 0)
                NetlinkException.ThrowLast($"connect to {path}");
        }
    }

    private static void Send(int socket, ReadOnlySpan<byte> bytes, string path)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* pointer = bytes)
            {
                var sent = Interop.SendTo(socket, pointer, (nuint)bytes.Length, Interop.MsgNoSignal, null, 0);
                if (sent < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                    NetlinkException.ThrowLast($"ask {path}");
                bytes = bytes[(int)nint.Max(sent, 0)..];
            }
        }
    }

    private static byte[] Receive(int socket, string path, TimeSpan patience)
    {
        var buffer = new byte[LongestAnswer];
        var (used, started) = (0, Stopwatch.GetTimestamp());
        while (used < buffer.Length)
        {
            var left = patience - Stopwatch.GetElapsedTime(started);
            var poll = new Interop.PollFd { Fd = socket, Events = Interop.PollIn };
            if (left <= TimeSpan.Zero || Interop.Poll(&poll, 1, (int)left.TotalMilliseconds + 1) == 0)
                throw new NetlinkException($"wait for the answer of {path}", Errno.ETIMEDOUT);
            var count = InetSocket.Receive(socket, buffer.AsSpan(used));
            if (count is -Errno.EAGAIN)
                continue;
            if (count <= 0)
                throw new NetlinkException($"wait for the answer of {path}", count == 0 ? Errno.ECONNRESET : -count);
            used += count;
            if (buffer.AsSpan(0, used).IndexOf((byte)'\n') is >= 0 and var end)
                return buffer[..end];
        }

        throw new NetlinkException($"wait for the answer of {path}", Errno.EMSGSIZE);
    }
}
