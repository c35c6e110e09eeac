using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>One thread's wait for many descriptors and a few clocks.</summary>
internal sealed class EventLoop : IDisposable
{
    private readonly EventPoll _poll = new();
    private readonly Dictionary<int, Source> _sources = [];
    private readonly HashSet<Source> _timed = [];
    private readonly List<Source> _due = [];
    private long _collectedAt;

    /// <summary>The buffer that a source may read into during one call.</summary>
    public byte[] Scratch { get; } = new byte[Limits.Datagram];

    /// <summary>The buffer that a source may answer from during one call.</summary>
    public OutputBuffer Output { get; } = new();

    /// <summary>This turn's time, milliseconds.</summary>
    public long Now { get; private set; } = Environment.TickCount64;

    /// <summary>The exit code, once somebody wants the loop to end.</summary>
    public int? ExitCode { get; set; }

    /// <summary>Watches a source.</summary>
    public void Add(Source source, Readiness interest)
    {
        _sources[source.Fd] = source;
        _poll.Add(source.Fd, interest, source.Fd);
        Reschedule(source);
    }

    /// <summary>Changes what a source waits for.</summary>
    public void Change(Source source, Readiness interest) => _poll.Change(source.Fd, interest, source.Fd);

    /// <summary>Forgets a source and closes its descriptor.</summary>
    public void Close(Source source)
    {
        _timed.Remove(source);
        if (_sources.Remove(source.Fd))
            InetSocket.Close(source.Fd);
    }

    /// <summary>Takes note that a source's <see cref="Source.DueAt"/> may have changed.</summary>
    public void Reschedule(Source source)
    {
        if (source.DueAt == long.MaxValue)
            _timed.Remove(source);
        else
            _timed.Add(source);
    }

    /// <summary>Runs until <see cref="ExitCode"/> is set.</summary>
    public int Run()
    {
        Span<ReadyEvent> ready = stackalloc ReadyEvent[64];
        while (ExitCode is null)
        {
            var count = _poll.Wait(ready, Patience());
            Now = Environment.TickCount64;
            foreach (var entry in ready[..count])
            {
                if (_sources.TryGetValue(entry.Token, out var source))
                    source.OnReady(this, entry.Readiness);
            }

            RunTimers();
            KeepSmall();
        }

        return ExitCode.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var fd in _sources.Keys)
            InetSocket.Close(fd);
        _poll.Dispose();
    }

    // Left to itself the collector lets garbage grow to the size of the processor's cache before it looks.
    private void KeepSmall()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _collectedAt < Limits.Garbage)
            return;
        _collectedAt = allocated;
        GC.Collect(1);
    }

    private int Patience()
    {
        var next = long.MaxValue;
        foreach (var source in _timed)
            next = Math.Min(next, source.DueAt);
        return next == long.MaxValue ? -1 : (int)Math.Clamp(next - Environment.TickCount64, 0, Limits.Delay);
    }

    private void RunTimers()
    {
        foreach (var source in _timed)
        {
            if (source.DueAt <= Now)
                _due.Add(source);
        }

        foreach (var source in _due)
            source.OnReady(this, Readiness.None);
        _due.Clear();
    }
}
