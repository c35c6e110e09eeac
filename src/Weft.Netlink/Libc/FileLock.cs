using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weft.Netlink.Libc;

/// <summary>An exclusive advisory lock between processes, held on a file until disposed or until the process ends (flock(2)).</summary>
/// <remarks>Two locks of one process exclude each other as well: each opens the file for itself.</remarks>
public sealed partial class FileLock : IDisposable
{
    private const int LockExclusive = 2;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Waits for the lock on <paramref name="path"/>; the file is made when missing, and stays.</summary>
    /// <exception cref="IOException">The file cannot be opened, or its file system does not lock.</exception>
    public static FileLock Acquire(string path)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        while (Flock(file, LockExclusive) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Interrupted)
                continue;
            file.Dispose();
            throw new IOException($"lock {path}: {Marshal.GetPInvokeErrorMessage(errno)}");
        }

        return new FileLock(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
