using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Weft.Netlink.Libc;

/// <summary>One line to a server on a Unix socket and one line back, without the framework's socket engine, which costs a native binary its start-up.</summary>
public sealed unsafe class UnixRequest : IDisposable
{
    // struct sockaddr_un { sa_family_t family; char path[108]; }
    private const int PathOffset = 2;
    private const int LongestPath = 107;
    private const int LongestAnswer = 64 * 1024;

    private readonly string _path;
    private readonly SafeFd _socket;

    private UnixRequest(string path)
    {
        _path = path;
        _socket = SafeFd.Own(Interop.Socket(Interop.AfUnix, Interop.SockStream | Interop.SockCloexec, 0), "open a Unix socket");
    }

    /// <summary>Sends a line, and lets the server work on it.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="line">The line, without its break.</param>
    /// <exception cref="NetlinkException">Nobody listens (ENOENT, ECONNREFUSED).</exception>
    public static UnixRequest Begin(string path, ReadOnlySpan<byte> line)
    {
        var request = new UnixRequest(path);
        try
        {
            Connect(request._socket.Value, path);
            Send(request._socket.Value, [.. line, (byte)'\n'], path);
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    /// <summary>Sends a line and returns the answer without its line break.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="line">The line, without its break.</param>
    /// <param name="patience">How long to wait for the answer.</param>
    /// <exception cref="NetlinkException">Nobody listens (ENOENT, ECONNREFUSED), or nobody answers in time (ETIMEDOUT) or to the end (ECONNRESET).</exception>
    public static byte[] Ask(string path, ReadOnlySpan<byte> line, TimeSpan patience)
    {
        using var request = Begin(path, line);
        return request.Receive(patience);
    }

    /// <summary>Returns the answer without its line break.</summary>
    /// <param name="patience">How long to wait for it.</param>
    /// <exception cref="NetlinkException">Nobody answers in time (ETIMEDOUT) or to the end (ECONNRESET).</exception>
    public byte[] Receive(TimeSpan patience) => Receive(_socket.Value, _path, patience);

    /// <summary>Closes the connection: who asks no longer waits.</summary>
    public void Dispose() => _socket.Dispose();

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
