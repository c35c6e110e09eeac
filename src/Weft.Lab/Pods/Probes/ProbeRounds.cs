using Weft.Kubernetes;

namespace Weft.Lab.Pods.Probes;

/// <summary>When a probe is asked again, and when its answers have settled something.</summary>
internal sealed class ProbeRounds(Probe probe, TimeSpan? eager, TimeProvider time)
{
    private static readonly TimeSpan LongestEager = TimeSpan.FromSeconds(1);
    private readonly TimeSpan _period = TimeSpan.FromSeconds(probe.PeriodSeconds is > 0 and var period ? period : 10);
    private readonly int _successes = probe.SuccessThreshold is > 0 and var successes ? successes : 1;
    private readonly int _failures = probe.FailureThreshold is > 0 and var failures ? failures : 3;
    private readonly long _begun = time.GetTimestamp();
    private TimeSpan? _eager = eager;
    private int _passed;
    private int _failed;

    /// <summary>Waits before the first question; the delay counts from the start of the container.</summary>
    public Task DelayAsync(long containerBegan, CancellationToken ct)
    {
        var left = TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0) - time.GetElapsedTime(containerBegan);
        return left > TimeSpan.Zero ? Task.Delay(left, time, ct) : Task.CompletedTask;
    }

    /// <summary>Waits before the next question.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        if (_eager is not { } pause)
            return Task.Delay(_period, time, ct);
        _eager = pause * 2 < LongestEager ? pause * 2 : LongestEager;
        return Task.Delay(pause < _period ? pause : _period, time, ct);
    }

    /// <summary>Counts an answer; true or false when the threshold is reached, null before.</summary>
    public bool? Count(bool passed)
    {
        _passed = passed ? _passed + 1 : 0;
        if (passed)
            _eager = null;

        // While asking eagerly, failures count by the periods that they fill.
        _failed = passed ? 0 : _eager is null ? _failed + 1 : (int)(time.GetElapsedTime(_begun) / _period) + 1;
        return _passed >= _successes ? true : _failed >= _failures ? false : null;
    }
}
