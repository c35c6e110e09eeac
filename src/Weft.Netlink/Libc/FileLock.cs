using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>An exclusive advisory lock between processes, held on a file until disposed or until the process ends (flock(2)).</summary>
/// <remarks>
/// Two locks of one process exclude each other as well: each opens the file for itself. The framework's own sharing modes are the same
/// kind of lock but never wait, so the file must not be opened through them.
/// </remarks>
public sealed partial class FileLock : IDisposable
{
    private const int LockExclusive = 2;

    private readonly SafeFd _file;

    private FileLock(SafeFd file) => _file = file;

    /// <summary>Waits for the lock on <paramref name="path"/>; the file is made when missing, and stays.</summary>
    /// <exception cref="NetlinkException">The file cannot be opened, or its file system does not lock.</exception>
    public static FileLock Acquire(string path)
    {
        const int ownerWritesAllRead = 0x1A4; // 0644
        var flags = Interop.OpenReadWrite | Interop.OpenCreate | Interop.OpenCloexec;
        var file = SafeFd.Own(Interop.Open(path, flags, ownerWritesAllRead), $"open lock file {path}");
        while (Flock(file.Value, LockExclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            file.Dispose();
            NetlinkException.ThrowLast($"lock {path}");
        }

        return new FileLock(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int file, int operation);
}
