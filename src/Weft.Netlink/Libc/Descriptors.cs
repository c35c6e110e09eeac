using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>File descriptors by number, for what is inherited or handed over.</summary>
public static unsafe class Descriptors
{
    /// <summary>Opens a file for reading; closed on exec.</summary>
    /// <exception cref="NetlinkException">ENOENT, EACCES: no such file, or not ours to read.</exception>
    public static SafeFd OpenRead(string path) => SafeFd.Own(Interop.Open(path, Interop.OpenReadOnly | Interop.OpenCloexec, 0), $"open {path}");

    /// <summary>Decides whether a descriptor survives exec.</summary>
    public static void SetCloseOnExec(int fd, bool close)
    {
        var flags = Interop.Fcntl(fd, Interop.FcntlGetFd, 0);
        if (flags < 0 || Interop.Fcntl(fd, Interop.FcntlSetFd, close ? flags | Interop.FdCloexec : flags & ~Interop.FdCloexec) < 0)
            NetlinkException.ThrowLast($"set close-on-exec of descriptor {fd}");
    }

    /// <summary>Makes <paramref name="target"/> a copy of <paramref name="fd"/> that survives exec, closing what it was.</summary>
    public static void Duplicate(int fd, int target)
    {
        if (fd == target)
            SetCloseOnExec(fd, close: false);
        else if (Interop.Duplicate(fd, target) < 0)
            NetlinkException.ThrowLast($"duplicate descriptor {fd} to {target}");
    }

    /// <summary>A pipe; both ends are closed on exec.</summary>
    public static (SafeFd Read, SafeFd Write) Pipe()
    {
        var pair = stackalloc int[2];
        if (Interop.Pipe(pair, Interop.OpenCloexec) < 0)
            NetlinkException.ThrowLast("make a pipe");
        return (new SafeFd(pair[0]), new SafeFd(pair[1]));
    }

    /// <summary>Writes all of the bytes at the descriptor's own position, which a stream over a regular file would not move.</summary>
    /// <exception cref="NetlinkException">EPIPE, ENOSPC, EIO.</exception>
    public static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
            {
                var written = Interop.Write(fd, start, (nuint)bytes.Length);
                if (written >= 0)
                    bytes = bytes[(int)written..];
                else if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                    NetlinkException.ThrowLast($"write to descriptor {fd}");
            }
        }
    }

    /// <summary>Whether the number is an open descriptor of this process.</summary>
    public static bool IsOpen(int fd) => Interop.Fcntl(fd, Interop.FcntlGetFd, 0) >= 0;
}
