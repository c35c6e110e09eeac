namespace Weft.Lab.Pods.Containers;

/// <summary>The time that containers have to end. It may get shorter meanwhile, never longer.</summary>
internal sealed class GracePeriod : IDisposable
{
    // The kubelet's minimumGracePeriodInSeconds: even when a hook has used up the time.
    private static readonly TimeSpan LeastAfterHook = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _over;
    private readonly Lock _gate = new();
    private bool _isDisposed;
    private TimeSpan _length;

    /// <summary>Begins now.</summary>
    public GracePeriod(TimeSpan length, TimeProvider time)
    {
        (_time, _length, _begun) = (time, length, time.GetTimestamp());
        _over = new CancellationTokenSource(length, time);
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Whether there is none at all: processes are killed without a word.</summary>
    public bool IsNone => _length <= TimeSpan.Zero;

    /// <summary>What is left of it.</summary>
    public TimeSpan Left => _length - _time.GetElapsedTime(_begun) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>What every container gets after SIGTERM, however little is left.</summary>
    public TimeSpan Least => _length < LeastAfterHook ? _length : LeastAfterHook;

    /// <summary>Ends it sooner; a longer time than before changes nothing.</summary>
    public void Shorten(TimeSpan length)
    {
        lock (_gate)
        {
            if (length >= _length || _isDisposed)
                return;
            _length = length;
            _over.CancelAfter(Left);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        _over.Dispose();
    }
}
