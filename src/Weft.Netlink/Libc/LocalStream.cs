using System.Runtime.InteropServices;
using System.Text;

namespace Weft.Netlink.Libc;

/// <summary>A client's end of a Unix stream socket as a bare descriptor, for programs that cannot afford the framework's socket engine.</summary>
public static unsafe class LocalStream
{
    // struct sockaddr_un { sa_family_t family; char path[108]; } (linux/un.h)
    private const int AddressSize = 110;
    private const int PathOffset = 2;

    /// <summary>Connects to the socket at a path.</summary>
    /// <exception cref="ArgumentException">The path is longer than a socket's address allows, 107 bytes.</exception>
    /// <exception cref="NetlinkException">ENOENT or ECONNREFUSED: nobody listens there.</exception>
    public static SafeFd Connect(string path)
    {
        var address = stackalloc byte[AddressSize];
        var bytes = new Span<byte>(address, AddressSize);
        bytes.Clear();
        MemoryMarshal.Write(bytes, (ushort)Interop.AfUnix);
        if (Encoding.UTF8.GetByteCount(path) >= AddressSize - PathOffset)
            throw new ArgumentException($"{path} is too long for a socket's address", nameof(path));
        Encoding.UTF8.GetBytes(path, bytes[PathOffset..]);
        var fd = SafeFd.Own(Interop.Socket(Interop.AfUnix, Interop.SockStream | Interop.SockCloexec, 0), "make a Unix socket");
        if (Interop.Connect(fd.Value, address, AddressSize) < 0)
            NetlinkException.ThrowLast($"connect to {path}");
        return fd;
    }

    /// <summary>Waits for bytes; 0 at the end of the stream, minus an <see cref="Errno"/> on failure.</summary>
    public static int Receive(int fd, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            nint count;
            do
                count = Interop.Read(fd, pointer, (nuint)buffer.Length);
            while (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
        }
    }
}
