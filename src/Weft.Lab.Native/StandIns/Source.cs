using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>A descriptor that the loop watches, and what happens when it is ready.</summary>
internal abstract class Source(int fd)
{
    /// <summary>The descriptor.</summary>
    public int Fd { get; } = fd;

    /// <summary>When time alone moves it on, on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public virtual long DueAt => long.MaxValue;

    /// <summary>Called when the descriptor is ready, or <see cref="DueAt"/> has come (then with no readiness).</summary>
    public abstract void OnReady(EventLoop loop, Readiness readiness);
}
