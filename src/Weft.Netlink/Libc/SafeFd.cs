using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>Owns a file descriptor and closes it once.</summary>
public sealed class SafeFd : SafeHandle
{
    /// <summary>Takes over an open descriptor.</summary>
    public SafeFd(int fd)
        : base(invalidHandleValue: -1, ownsHandle: true) => SetHandle(fd);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The number, valid for as long as this object is neither disposed nor collected.</summary>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public int Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (int)handle;
        }
    }

    /// <summary>Gives the descriptor up without closing it, to hand it to somebody else.</summary>
    public int Release()
    {
        var fd = Value;
        SetHandleAsInvalid();
        return fd;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Interop.Close((int)handle) == 0;

    /// <summary>Takes over the result of a system call that returns a descriptor, or throws for its failure.</summary>
    internal static SafeFd Own(int fd, string operation)
    {
        if (fd < 0)
            NetlinkException.ThrowLast(operation);
        return new SafeFd(fd);
    }
}
