using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>Ends another thread's wait for a descriptor (eventfd).</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    private readonly SafeFd _fd = SafeFd.Own(Interop.EventFd(0, Interop.EventFdCloexec | Interop.EventFdNonBlock), "make an event descriptor");

    /// <summary>Waits until <paramref name="fd"/> has something to read, or somebody calls <see cref="Set"/>.</summary>
    public void WaitWith(int fd)
    {
        var polls = stackalloc Interop.PollFd[2];
        polls[0] = new Interop.PollFd { Fd = fd, Events = Interop.PollIn };
        polls[1] = new Interop.PollFd { Fd = _fd.Value, Events = Interop.PollIn };
        while (Interop.Poll(polls, 2, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
                NetlinkException.ThrowLast("wait for a descriptor");
        }
    }

    /// <summary>Ends the wait, and those to come.</summary>
    public void Set()
    {
        var one = 1UL;
        _ = Interop.Write(_fd.Value, &one, sizeof(ulong));
    }

    public void Dispose() => _fd.Dispose();
}
