using Weft.Kubernetes;
using Weft.Lab.Pods.Probes;

namespace Weft.Lab.Pods.Containers;

/// <summary>The end of a container by order: the pre-stop hook, SIGTERM, the rest of the time, SIGKILL.</summary>
internal sealed class ContainerStop(PodServices services, Func<Pod> pod, Container container, ContainerProcess process)
{
    /// <summary>How long a pod's containers may take to end; 30 s is the API's default.</summary>
    public static TimeSpan GraceOf(Pod pod) =>
        TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);

    private Task Ended => process.Exit;

    /// <summary>Ends it; returns when it has ended.</summary>
    public async Task RunAsync(GracePeriod grace)
    {
        if (!grace.IsNone)
        {
            if (container.Lifecycle?.PreStop is { } hook && process.TakeHook())
                await RunHookAsync(hook, grace).ConfigureAwait(false);
            await LingerAsync(grace).ConfigureAwait(false);
            process.Terminate();
            if (await EndsWithinAsync(grace).ConfigureAwait(false))
                return;
        }

        await process.KillAsync().ConfigureAwait(false);
    }

    // A stand-in takes SIGTERM as its pod says: it ends at once, or goes on for a while.
    private async Task LingerAsync(GracePeriod grace)
    {
        if (!StandInAnnotations.IsHostProgram(container) && StandInAnnotations.LingerOf(pod()) is { } linger)
            await Ended.WaitAsync(linger, services.Time, grace.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> EndsWithinAsync(GracePeriod grace)
    {
        await Ended.WaitAsync(grace.Least, services.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Ended.WaitAsync(grace.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Ended.IsCompleted;
    }

    private async Task RunHookAsync(ProbeHandler hook, GracePeriod grace)
    {
        if (process.Pid is not { } pid)
            return;
        try
        {
            var target = new ProbeTarget(container, process.Spec, pid);
            var outcome = await services.Probes.AskAsync(hook, target, grace.Left, grace.Over).ConfigureAwait(false);
            if (!outcome.Passed)
                services.Events.Warning(pod(), "FailedPreStopHook", $"PreStopHook failed: {outcome.Message}");
        }
        catch (OperationCanceledException)
        {
            services.Events.Warning(pod(), "FailedPreStopHook", "PreStopHook not completed in grace period");
        }
    }
}
