using Weft.Lab.Native.Launching;
using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.Native.StandIns;

/// <summary>What annotations ask of a stand-in, as they change: the runner's line is its descriptor, an ordered exit its clock.</summary>
internal sealed class Conduct(HttpResponder responder, RunnerLine line) : Source(line.Fd)
{
    private long _exitAt = long.MaxValue;
    private int _exitCode;

    /// <inheritdoc/>
    public override long DueAt => _exitAt;

    /// <inheritdoc/>
    public override void OnReady(EventLoop loop, Readiness readiness)
    {
        if (loop.Now >= _exitAt)
            loop.ExitCode = _exitCode;
        if (readiness == Readiness.None)
            return;
        while (line.TryRead(out var order))
        {
            if (order.Behaviour is { } behaviour)
                Adopt(behaviour, loop);
        }

        // The runner is gone; what it ordered last stays.
        if (line.IsEnded)
            loop.Change(this, Readiness.None);
    }

    /// <summary>Takes over new behaviour; what cannot be read is reported and left out.</summary>
    public void Adopt(StandInBehaviour behaviour, EventLoop loop)
    {
        if (responder.Adopt(behaviour) is { } problem)
            line.Report(LauncherReportKind.Notice, problem);
        _exitAt = long.MaxValue;
        if (behaviour.Exit is { } exit)
        {
            if (ExitRule.TryParse(exit, out _exitCode, out var delay))
                _exitAt = loop.Now + delay;
            else
                line.Report(LauncherReportKind.Notice, ExitRule.Problem(exit));
        }

        loop.Reschedule(this);
    }
}
