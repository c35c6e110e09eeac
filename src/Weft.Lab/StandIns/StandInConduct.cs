using System.Text;
using Weft.Lab.Native.StandIns;
using Weft.Lab.Pods.Specs;
using Weft.Netlink.Libc;

namespace Weft.Lab.StandIns;

/// <summary>What annotations ask of the stand-in, as they change.</summary>
internal sealed class StandInConduct(StandInLine line) : IDisposable
{
    private volatile PathRules _statuses = PathRules.None;
    private volatile PathRules _delays = PathRules.None;
    private Timer? _exit;

    /// <summary>The status that this target is answered with.</summary>
    public int StatusFor(string target) => _statuses.For(Encoding.UTF8.GetBytes(target), 200);

    /// <summary>How long the answer to this target waits.</summary>
    public TimeSpan DelayFor(string target) => TimeSpan.FromMilliseconds(_delays.For(Encoding.UTF8.GetBytes(target), 0));

    /// <summary>Takes over new behaviour; what cannot be read is reported and left out.</summary>
    public void Adopt(StandInBehaviour behaviour)
    {
        _statuses = PathRules.Parse(behaviour.Status, StatusRule.TryParse, out var status);
        _delays = PathRules.Parse(behaviour.Delay, Durations.TryParse, out var delay);
        if (status is not null)
            line.Report(LauncherReportKind.Notice, $"annotation weft/stand-in-status: {status}");
        if (delay is not null)
            line.Report(LauncherReportKind.Notice, $"annotation weft/stand-in-delay: {delay}");
        _exit?.Dispose();
        _exit = null;
        if (behaviour.Exit is not { } exit)
            return;
        if (ExitRule.TryParse(exit, out var code, out var wait))
            _exit = new Timer(_ => Processes.ExitNow(code), null, wait, Timeout.Infinite);
        else
            line.Report(LauncherReportKind.Notice, ExitRule.Problem(exit));
    }

    /// <inheritdoc/>
    public void Dispose() => _exit?.Dispose();
}
