using Weft.Kubernetes;
using Weft.Lab.Pods.Containers;

namespace Weft.Lab.Pods.Probes;

/// <summary>The probes of one run of a container: startup first, then liveness and readiness side by side.</summary>
/// <remarks>
/// Periods and thresholds are the API's: every 10 s, 1 s for an answer, 3 failures or 1 success to change the mind. Until the first
/// success, readiness and startup are asked more often than that, without counting the failures twice: a lab is waited for.
/// A pod that is being deleted is asked for its readiness only, to its end.
/// </remarks>
internal sealed class ContainerProbes(PodServices services, Func<Pod> pod, Container container, ContainerProcess process)
{
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private readonly long _containerBegan = services.Time.GetTimestamp();

    /// <summary>Told once when the startup probe has passed.</summary>
    public required Action OnStarted { get; init; }

    /// <summary>Told when readiness changes.</summary>
    public required Action<bool> OnReady { get; init; }

    /// <summary>Ends the container, for the kind of probe that failed.</summary>
    public required Func<string, Probe, Task> OnDead { get; init; }

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            if (container.StartupProbe is { } startup && !await StartAsync(startup, ct).ConfigureAwait(false))
                return;
            await Task.WhenAll(WatchLivenessAsync(ct), WatchReadinessAsync(ct)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task<bool> StartAsync(Probe probe, CancellationToken ct)
    {
        var rounds = new ProbeRounds(probe, Eager, services.Time);
        await rounds.DelayAsync(_containerBegan, ct).ConfigureAwait(false);
        while (true)
        {
            var passed = rounds.Count(await AskAsync(probe, "startup", ct).ConfigureAwait(false));
            if (passed is true)
            {
                OnStarted();
                return true;
            }

            if (pod().IsTerminating())
                return false;
            if (passed is false)
            {
                await OnDead("startup", probe).ConfigureAwait(false);
                return false;
            }

            await rounds.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task WatchLivenessAsync(CancellationToken ct)
    {
        if (container.LivenessProbe is not { } probe)
            return;
        var rounds = new ProbeRounds(probe, eager: null, services.Time);
        await rounds.DelayAsync(_containerBegan, ct).ConfigureAwait(false);
        while (!pod().IsTerminating())
        {
            if (rounds.Count(await AskAsync(probe, "liveness", ct).ConfigureAwait(false)) is false && !pod().IsTerminating())
            {
                await OnDead("liveness", probe).ConfigureAwait(false);
                return;
            }

            await rounds.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task WatchReadinessAsync(CancellationToken ct)
    {
        if (container.ReadinessProbe is not { } probe)
            return;
        var rounds = new ProbeRounds(probe, Eager, services.Time);
        await rounds.DelayAsync(_containerBegan, ct).ConfigureAwait(false);
        bool? ready = null;
        while (true)
        {
            if (rounds.Count(await AskAsync(probe, "readiness", ct).ConfigureAwait(false)) is { } now && now != ready)
            {
                ready = now;
                OnReady(now);
            }

            await rounds.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task<bool> AskAsync(Probe probe, string kind, CancellationToken ct)
    {
        var outcome = await OutcomeAsync(probe, kind, ct).ConfigureAwait(false);
        var name = string.Concat(kind[..1].ToUpperInvariant(), kind.AsSpan(1));
        if (!outcome.Passed)
            services.Events.Warning(pod(), "Unhealthy", $"{name} probe failed: {outcome.Message}");
        else if (outcome.Message is { } notice)
            services.Events.Warning(pod(), "ProbeWarning", $"{name} probe warning: {notice}");
        return outcome.Passed;
    }

    private async Task<ProbeOutcome> OutcomeAsync(Probe probe, string kind, CancellationToken ct)
    {
        if (!StandInAnnotations.IsHostProgram(container) && StandInAnnotations.FailsProbe(pod(), kind))
            return new ProbeOutcome(false, $"annotation {StandInAnnotations.FailProbes} says so");
        if (process.Pid is not { } pid)
            return new ProbeOutcome(false, "the container has ended");
        var limit = TimeSpan.FromSeconds(probe.TimeoutSeconds is > 0 and var seconds ? seconds : 1);
        return await services.Probes.AskAsync(probe, new ProbeTarget(container, process.Spec, pid), limit, ct).ConfigureAwait(false);
    }
}
