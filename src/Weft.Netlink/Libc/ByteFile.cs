using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>Plain reads and writes on descriptors that were inherited or made by <see cref="Descriptors"/>.</summary>
public static unsafe class ByteFile
{
    /// <summary>Reads at most a buffer; 0 at the end, minus an <see cref="Errno"/> on failure.</summary>
    public static int Read(int fd, Span<byte> buffer)
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

    /// <summary>Writes everything; false when the file takes no more.</summary>
    public static bool Write(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint count;
            fixed (byte* pointer = bytes)
                count = Interop.Write(fd, pointer, (nuint)bytes.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            if (count <= 0)
                return false;
            bytes = bytes[(int)count..];
        }

        return true;
    }

    /// <summary>Empties a file.</summary>
    public static void Clear(int fd) => _ = Interop.Truncate(fd, 0);
}
