using System.Runtime.InteropServices;

namespace Weft.Netlink.Libc;

/// <summary>What a descriptor is ready for (sys/epoll.h).</summary>
[Flags]
public enum Readiness : uint
{
    None = 0,
    Read = 0x1,
    Write = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    PeerClosed = 0x2000,
}

/// <summary>One answer of <see cref="EventPoll.Wait"/>.</summary>
/// <param name="Token">The number that the descriptor was added with.</param>
public readonly record struct ReadyEvent(int Token, Readiness Readiness);

/// <summary>An epoll instance, level-triggered: for single-threaded servers that must stay small (epoll(7)).</summary>
public sealed unsafe class EventPoll : IDisposable
{
    private const int OperationAdd = 1;
    private const int OperationRemove = 2;
    private const int OperationChange = 3;
    private const int MaxEvents = 64;

    // struct epoll_event { __u32 events; __u64 data; }, packed on x86-64 only (linux/eventpoll.h).
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly byte[] _events = new byte[MaxEvents * EventSize];
    private readonly int _fd;

    /// <summary>Opens an instance.</summary>
    /// <exception cref="IOException">The process or the system has no descriptor left.</exception>
    public EventPoll()
    {
        _fd = Interop.EpollCreate(Interop.EpollCloexec);
        if (_fd < 0)
            throw new IOException($"epoll_create1: {Errno.Name(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Starts to watch a descriptor.</summary>
    /// <exception cref="IOException">The kernel refused: out of memory or watches.</exception>
    public void Add(int fd, Readiness interest, int token) => Control(OperationAdd, fd, interest, token);

    /// <summary>Changes what a watched descriptor is waited for.</summary>
    public void Change(int fd, Readiness interest, int token) => Control(OperationChange, fd, interest, token);

    /// <summary>Stops watching; closing the descriptor does the same.</summary>
    public void Remove(int fd) => Control(OperationRemove, fd, Readiness.None, token: 0);

    /// <summary>Waits for events, at most <paramref name="timeoutMilliseconds"/>, forever when negative.</summary>
    /// <returns>How many of <paramref name="ready"/> were written; 0 on timeout or a signal.</returns>
    public int Wait(Span<ReadyEvent> ready, int timeoutMilliseconds)
    {
        int count;
        fixed (byte* events = _events)
            count = Interop.EpollWait(_fd, events, Math.Min(ready.Length, MaxEvents), timeoutMilliseconds);
        for (var i = 0; i < count; i++)
        {
            var entry = _events.AsSpan(i * EventSize, EventSize);
            ready[i] = new ReadyEvent(MemoryMarshal.Read<int>(entry[DataOffset..]), (Readiness)MemoryMarshal.Read<uint>(entry));
        }

        return Math.Max(count, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Interop.Close(_fd);

    private void Control(int operation, int fd, Readiness interest, int token)
    {
        Span<byte> entry = stackalloc byte[16];
        MemoryMarshal.Write(entry, (uint)interest);
        MemoryMarshal.Write(entry[DataOffset..], token);
        fixed (byte* change = entry)
        {
            if (Interop.EpollControl(_fd, operation, fd, change) < 0)
                throw new IOException($"epoll_ctl: {Errno.Name(Marshal.GetLastPInvokeError())}");
        }
    }
}
