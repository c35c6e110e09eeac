using System.Globalization;
using System.Security.Cryptography;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Pods.Files;
using Weft.Lab.Pods.Logs;
using Weft.Lab.Pods.Probes;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;

namespace Weft.Lab.Pods.Containers;

/// <summary>One container of a pod over all its runs.</summary>
internal sealed class ContainerLoop
{
    private const int CannotStart = 128;
    private static readonly TimeSpan ConfigRetry = TimeSpan.FromSeconds(2);

    private readonly PodServices _services;
    private readonly Func<Pod> _pod;
    private readonly ContainerKind _kind;
    private readonly Action _changed;
    private readonly RestartBackoff _backoff = new();
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private volatile ContainerProcess? _process;
    private volatile ContainerView _view;
    private StandInBehaviour? _behaviour;
    private int _run;

    /// <summary>A container that waits for <see cref="RunAsync"/>.</summary>
    /// <param name="services">The node's.</param>
    /// <param name="pod">The pod as last heard.</param>
    /// <param name="container">Which container.</param>
    /// <param name="kind">Its part.</param>
    /// <param name="former">Its status from a life of the node before this one.</param>
    /// <param name="changed">Told after every change of <see cref="View"/>.</param>
    public ContainerLoop(PodServices services, Func<Pod> pod, Container container, ContainerKind kind, ContainerStatus? former, Action changed)
    {
        _services = services;
        _pod = pod;
        Container = container;
        _kind = kind;
        _changed = changed;
        _run = former?.ContainerID is null ? 0 : former.RestartCount + 1;
        _view = ContainerView.Waiting(kind == ContainerKind.Main && pod().Spec.InitContainers.Count > 0 ? "PodInitializing" : "ContainerCreating")
            with { Restarts = _run, Last = former is { ContainerID: not null } ? Lost(former) : null };
    }

    /// <summary>The container.</summary>
    public Container Container { get; }

    /// <summary>Its part.</summary>
    public ContainerKind Kind => _kind;

    /// <summary>How it is doing.</summary>
    public ContainerView View => _view;

    /// <summary>Process id of its init in our pid namespace, while it runs.</summary>
    public int? Pid => _process?.Pid;

    /// <summary>The container as the launcher was told; null before the first run.</summary>
    public ContainerSpec? Spec { get; private set; }

    /// <summary>Completes when it has started for the first time, its startup probe included.</summary>
    public Task Up => _up.Task;

    /// <summary>The log of the present run, or of the one before.</summary>
    public LogFile? Log(bool previous)
    {
        var run = _view.Id is null ? _run - 1 : _view.Restarts;
        run -= previous ? 1 : 0;
        return run < 0 ? null : _services.Logs.Of(_pod(), Container.Name, run);
    }

    /// <summary>Runs it until it has ended for good or is stopped.</summary>
    public async Task RunAsync(ContainerSpecBuilder builder, string netns, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping.Token);
        while (!either.IsCancellationRequested)
        {
            var started = _services.Time.GetTimestamp();
            try
            {
                if (await BuildAsync(builder, either.Token).ConfigureAwait(false) is { } spec)
                    await RunOnceAsync(spec, netns).ConfigureAwait(false);
                if (_stopping.IsCancellationRequested || !_kind.Restarts(_pod().Spec.RestartPolicy, _view.Ended?.ExitCode ?? CannotStart))
                    return;
                await WaitAsync(_backoff.After(_services.Time.GetElapsedTime(started)), either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Hands changed annotations to a running stand-in.</summary>
    public void Adopt(Pod pod)
    {
        var behaviour = StandInAnnotations.BehaviourOf(pod);
        if (_process is not { } process || behaviour == _behaviour || Spec?.Command is not null)
            return;
        _behaviour = behaviour;
        _ = process.OrderAsync(behaviour);
    }

    /// <summary>Ends it: the pre-stop hook, SIGTERM, and SIGKILL when the time is over. It is not started again.</summary>
    public async Task StopAsync(GracePeriod grace)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_process is not { Exit.IsCompleted: false } process)
            return;
        _services.Events.Normal(_pod(), "Killing", $"Stopping container {Container.Name}");
        await new ContainerStop(_services, _pod, Container, process).RunAsync(grace).ConfigureAwait(false);
    }

    /// <summary>Ends its process at once: nobody waits for it any more.</summary>
    public void Kill() => _ = _process?.KillAsync();

    private async Task<ContainerSpec?> BuildAsync(ContainerSpecBuilder builder, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await builder.BuildAsync(Container, _kind == ContainerKind.Init, ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ContainerConfigException or KubeApiException)
            {
                Show(_view with { State = ContainerView.Waiting("CreateContainerConfigError", e.Message).State });
                _services.Events.Warning(_pod(), "Failed", $"Error: {e.Message}");
                await Task.Delay(ConfigRetry, _services.Time, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task RunOnceAsync(ContainerSpec spec, string netns)
    {
        Spec = spec;
        if (spec.Command is null && StandInAnnotations.ProblemOf(_pod()) is { } problem)
            Notice(problem);
        _behaviour = spec.Behaviour;
        var id = $"weft://{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        var begun = Now;
        ContainerProcess process;
        try
        {
            process = ContainerProcess.Start(_services.Node, netns, spec, _services.Logs.Of(_pod(), Container.Name, _run), Notice);
        }
        catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException)
        {
            End(id, begun, "StartError", e.Message, CannotStart);
            return;
        }

        _process = process;
        if (_stopping.IsCancellationRequested)
            await process.KillAsync().ConfigureAwait(false);
        var report = await process.Started.ConfigureAwait(false);
        if (report.Kind == LauncherReportKind.Failed)
        {
            await process.Exit.ConfigureAwait(false);
            _services.Events.Warning(_pod(), "Failed", $"Error: failed to start container \"{Container.Name}\": {report.Message}");
            End(id, begun, "StartError", $"failed to create containerd task: unable to start container process: {report.Message}", report.ExitCode);
            return;
        }

        await WhileRunningAsync(process, id, begun).ConfigureAwait(false);
    }

    private async Task WhileRunningAsync(ContainerProcess process, string id, DateTimeOffset begun)
    {
        var isPlain = Container.StartupProbe is null;
        Show(_view with
        {
            State = new ContainerState { Running = new ContainerStateRunning { StartedAt = begun } },
            Id = id,
            Restarts = _run,
            Started = isPlain,
            Ready = isPlain && Container.ReadinessProbe is null && _kind != ContainerKind.Init,
        });
        if (isPlain)
            _up.TrySetResult();
        _services.Events.Normal(_pod(), "Started", $"Started container {Container.Name}");

        using var ended = new CancellationTokenSource();
        var probes = _kind == ContainerKind.Init ? Task.CompletedTask : ProbeAsync(process, ended.Token);
        var code = await process.Exit.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await probes.ConfigureAwait(false);
        End(id, begun, code == 0 ? "Completed" : "Error", message: null, code);
    }

    private Task ProbeAsync(ContainerProcess process, CancellationToken ct) => new ContainerProbes(_services, _pod, Container, process)
    {
        OnStarted = () =>
        {
            Show(_view with { Started = true, Ready = Container.ReadinessProbe is null });
            _up.TrySetResult();
        },
        OnReady = ready => Show(_view with { Ready = ready }),
        OnDead = async (kind, probe) =>
        {
            _services.Events.Normal(_pod(), "Killing", $"Container {Container.Name} failed {kind} probe, will be restarted");
            var grace = probe.TerminationGracePeriodSeconds is { } own ? TimeSpan.FromSeconds(own) : ContainerStop.GraceOf(_pod());
            using var period = new GracePeriod(grace, _services.Time);
            await new ContainerStop(_services, _pod, Container, process).RunAsync(period).ConfigureAwait(false);
        },
    }.RunAsync(ct);

    private void End(string id, DateTimeOffset begun, string reason, string? message, int code)
    {
        _process = null;
        Show(_view with
        {
            Id = id,
            Restarts = _run,
            Started = false,
            Ready = _kind == ContainerKind.Init && code == 0,
            State = new ContainerState
            {
                Terminated = new ContainerStateTerminated
                {
                    ContainerID = id, ExitCode = code, Reason = reason, Message = message, StartedAt = begun, FinishedAt = Now,
                },
            },
        });
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken ct)
    {
        _run++;
        if (_run > 1)
            _services.Logs.Of(_pod(), Container.Name, _run - 2).Delete();
        _view = _view with { Last = _view.State };
        if (wait == TimeSpan.Zero)
            return;
        var pod = _pod();
        var text = string.Create(CultureInfo.InvariantCulture, $"back-off {Words(wait)} restarting failed container={Container.Name} pod={pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})");
        Show(_view with { State = ContainerView.Waiting("CrashLoopBackOff", text).State });
        _services.Events.Warning(pod, "BackOff", $"Back-off restarting failed container {Container.Name} in pod {pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})");
        await Task.Delay(wait, _services.Time, ct).ConfigureAwait(false);
    }

    // As Go prints durations: 10s, 1m20s, 5m0s.
    private static string Words(TimeSpan wait) => wait.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{wait.TotalSeconds}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)wait.TotalMinutes}m{wait.Seconds}s");

    private static ContainerState Lost(ContainerStatus former) => former.State?.Terminated is not null ? former.State : new ContainerState
    {
        Terminated = new ContainerStateTerminated
        {
            ContainerID = former.ContainerID,
            ExitCode = 137,
            Reason = "ContainerStatusUnknown",
            Message = "The container could not be located when the pod was terminated",
            StartedAt = former.State?.Running?.StartedAt,
        },
    };

    // The API keeps times in seconds.
    private DateTimeOffset Now => _services.Time.GetUtcNow() is var now ? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)) : default;

    private void Notice(string message) => _services.Events.Warning(_pod(), "StandIn", $"container {Container.Name}: {message}");

    private void Show(ContainerView view)
    {
        _view = view;
        _changed();
    }
}
