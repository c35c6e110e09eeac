using Weft.Kubernetes;
using Weft.Model;
using Weft.Node.Status;

namespace Weft.Node.Proxy.Connections;

/// <summary>Looks at the kernel's table of connections every few seconds.</summary>
/// <param name="pressure">The look.</param>
/// <param name="reporter">Where a problem goes.</param>
/// <param name="metrics">Where figures go.</param>
/// <param name="find">The object that a problem names.</param>
/// <param name="time">The clock.</param>
internal sealed class PressureWatch(ConntrackPressure pressure, ProblemReporter reporter, ProxyMetrics metrics, Func<Problem, ObjectReference?> find, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                reporter.Report(pressure.Check(), find);
                metrics.Connections = pressure.Usage;
            }
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The end of the agent.
        }
    }
}
