using Weft.Kubernetes;
using Weft.Lab.Pods.Probes;

namespace Weft.Lab.Pods.Containers;

/// <summary>The end of a container by order: the pre-stop hook, SIGTERM, the rest of the time, SIGKILL.</summary>
internal sealed class ContainerStop(PodServices services, Pod pod, Container container, ContainerProcess process)
{
    // The kubelet gives a container two seconds even when the hook has used up the time.
    private static readonly TimeSpan LeastAfterHook = TimeSpan.FromSeconds(2);

    /// <summary>How long a pod's containers may take to end; 30 s is the API's default.</summary>
    public static TimeSpan GraceOf(Pod pod) =>
        TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);

    /// <summary>Ends it; returns when it has ended.</summary>
    public async Task RunAsync(TimeSpan grace)
    {
        var begun = services.Time.GetTimestamp();
        if (grace > TimeSpan.Zero)
        {
            if (container.Lifecycle?.PreStop is { } hook)
                await RunHookAsync(hook, grace).ConfigureAwait(false);
            process.Terminate();
            var left = grace - services.Time.GetElapsedTime(begun);
            if (await EndsWithinAsync(left > LeastAfterHook || grace < LeastAfterHook ? left : LeastAfterHook).ConfigureAwait(false))
                return;
        }

        await process.KillAsync().ConfigureAwait(false);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        try
        {
            await process.Exit.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, services.Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task RunHookAsync(ProbeHandler hook, TimeSpan limit)
    {
        if (process.Pid is not { } pid)
            return;
        var outcome = await services.Probes.AskAsync(hook, new ProbeTarget(container, process.Spec, pid), limit, CancellationToken.None).ConfigureAwait(false);
        if (!outcome.Passed)
            services.Events.Warning(pod, "FailedPreStopHook", $"PreStopHook failed: {outcome.Message}");
    }
}
