using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Pods.Containers;
using Weft.Lab.Pods.Files;
using Weft.Lab.Pods.Reporting;
using Weft.Lab.Pods.Sandboxes;

namespace Weft.Lab.Pods;

/// <summary>Follows one pod on its node, from its sandbox to its end.</summary>
internal sealed class PodWorker
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    // Several things happen when a pod starts; they make one write.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(15);

    private readonly PodServices _services;
    private readonly ChangeSignal _changed = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly VolumeStore _volumes;
    private readonly StatusWriter _writer;
    private readonly DateTimeOffset _startTime;
    private readonly List<ContainerLoop> _inits = [];
    private readonly List<ContainerLoop> _mains = [];
    private readonly List<Task> _runs = [];
    private volatile Pod _pod;
    private volatile Sandbox? _sandbox;
    private volatile GracePeriod? _grace;

    /// <summary>A worker for a pod; nothing happens before <see cref="RunAsync"/>.</summary>
    public PodWorker(PodServices services, Pod pod)
    {
        _services = services;
        _pod = pod;
        _volumes = new VolumeStore(services.Node, pod);
        _writer = new StatusWriter(services, pod);
        var now = services.Time.GetUtcNow();
        _startTime = pod.Status.StartTime ?? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        foreach (var container in pod.Spec.InitContainers)
            _inits.Add(Loop(container, ContainerKinds.OfInit(container), pod.Status.InitContainerStatuses));
        foreach (var container in pod.Spec.Containers)
            _mains.Add(Loop(container, ContainerKind.Main, pod.Status.ContainerStatuses));
    }

    /// <summary>The pod as last heard.</summary>
    public Pod Pod => _pod;

    /// <summary>Its sandbox while it has one.</summary>
    public Sandbox? Sandbox => _sandbox;

    /// <summary>All its containers, init containers first.</summary>
    public IEnumerable<ContainerLoop> Containers => _inits.Concat(_mains);

    /// <summary>The container of that name; the first of spec.containers for none.</summary>
    public ContainerLoop? Find(string? name) => string.IsNullOrEmpty(name) ? _mains.FirstOrDefault() : Containers.FirstOrDefault(loop => loop.Container.Name == name);

    /// <summary>Takes note of a changed object: deletion, annotations.</summary>
    public void Update(Pod pod)
    {
        _pod = pod;
        foreach (var loop in Containers)
            loop.Adopt(pod);
        if (!pod.IsTerminating())
            return;
        _grace?.Shorten(ContainerStop.GraceOf(pod));
        _ending.Cancel();
    }

    /// <summary>The object is gone: end everything at once and report nothing.</summary>
    public void Abandon()
    {
        _gone.Cancel();
        _ending.Cancel();
        foreach (var loop in Containers)
            loop.Kill();
    }

    /// <summary>Runs the pod to its end and, when it was deleted, takes its object away; ends early when <paramref name="ct"/> says that the node stops.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var reporting = CancellationTokenSource.CreateLinkedTokenSource(ct, _gone.Token);
        using var living = CancellationTokenSource.CreateLinkedTokenSource(ct, _ending.Token);
        var reports = ReportAsync(reporting.Token);
        try
        {
            if (!_pod.IsTerminating() && !_pod.IsFinished())
                await LiveAsync(living.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (living.IsCancellationRequested)
        {
            // Deleted, or the node stops.
        }

        await StopAsync(ct).ConfigureAwait(false);
        await RemoveSandboxAsync(ct).ConfigureAwait(false);
        _changed.Set();
        if (!_ending.IsCancellationRequested)
            await Task.Delay(Timeout.Infinite, living.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reporting.CancelAsync().ConfigureAwait(false);
        await reports.ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        await FinishAsync(ct).ConfigureAwait(false);
    }

    private ContainerLoop Loop(Container container, ContainerKind kind, IEnumerable<ContainerStatus> former) =>
        new(_services, () => _pod, container, kind, former.FirstOrDefault(status => status.Name == container.Name), _changed.Set);

    private async Task LiveAsync(CancellationToken ct)
    {
        _changed.Set();
        var volumes = await RetryAsync<VolumeException, IReadOnlyDictionary<string, PreparedVolume>>("FailedMount", PrepareVolumesAsync, ct).ConfigureAwait(false);
        var sandbox = await RetryAsync<SandboxException, Sandbox>("FailedCreatePodSandBox", MakeSandboxAsync, ct).ConfigureAwait(false);
        _sandbox = sandbox;
        _changed.Set();

        var builder = new ContainerSpecBuilder(_services, _pod, sandbox, _volumes, volumes);
        foreach (var init in _inits)
        {
            var run = Run(init);
            if (init.Kind == ContainerKind.Sidecar)
            {
                await Task.WhenAny(init.Up, run).WaitAsync(ct).ConfigureAwait(false);
                continue;
            }

            await run.WaitAsync(ct).ConfigureAwait(false);
            if (init.View.Ended is not { ExitCode: 0 })
                return;
        }

        // Sidecars serve the main containers and end with the last of them.
        await Task.WhenAll(_mains.Select(Run)).WaitAsync(ct).ConfigureAwait(false);

        Task Run(ContainerLoop loop)
        {
            var run = loop.RunAsync(builder, sandbox.Path, ct);
            _runs.Add(run);
            return run;
        }
    }

    private async Task<IReadOnlyDictionary<string, PreparedVolume>> PrepareVolumesAsync(CancellationToken ct)
    {
        if (_pod.Spec.Volumes.Count == 0)
            return new Dictionary<string, PreparedVolume>();
        var fields = new FieldPaths(_pod, _services.NodeIps, []);
        return await _volumes.PrepareAsync(new ConfigSource(_services.Client, _pod.Metadata.Namespace ?? ""), fields, ct).ConfigureAwait(false);
    }

    private async Task<Sandbox> MakeSandboxAsync(CancellationToken ct)
    {
        // The node is not ready before that either, so only pods that came early wait here.
        while (!_pod.Spec.HostNetwork && _services.Sandboxes.Network is null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _services.Time, ct).ConfigureAwait(false);
        return await _services.Sandboxes.MakeAsync(_pod, ct).ConfigureAwait(false);
    }

    private async Task<T> RetryAsync<TException, T>(string reason, Func<CancellationToken, Task<T>> attempt, CancellationToken ct)
        where TException : Exception
    {
        var backoff = new Backoff(FirstRetry, LongestRetry, _services.Time);
        while (true)
        {
            try
            {
                return await attempt(ct).ConfigureAwait(false);
            }
            catch (TException e)
            {
                var words = reason == "FailedCreatePodSandBox" ? $"Failed to create pod sandbox: rpc error: code = Unknown desc = {e.Message}" : e.Message;
                _services.Events.Warning(_pod, reason, words);
            }
            catch (KubeApiException e) when (e.IsTransient)
            {
                Log.PodFailed(_services.Logger, e, _pod.Metadata.Namespace, _pod.Metadata.Name, e.Message);
            }

            await backoff.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    // Sidecars serve the main containers to their end, so they end after them and in reverse order, in what is left of the time.
    private async Task StopAsync(CancellationToken ct)
    {
        var length = _gone.IsCancellationRequested || ct.IsCancellationRequested ? TimeSpan.Zero : ContainerStop.GraceOf(_pod);
        using var grace = new GracePeriod(length, _services.Time);
        _grace = grace;
        grace.Shorten(ContainerStop.GraceOf(_pod));
        await Task.WhenAll(_mains.Select(loop => loop.StopAsync(grace))).ConfigureAwait(false);
        foreach (var init in Enumerable.Reverse(_inits))
            await init.StopAsync(grace).ConfigureAwait(false);
        await Task.WhenAll(_runs).ConfigureAwait(false);
        _grace = null;
    }

    private async Task RemoveSandboxAsync(CancellationToken ct)
    {
        var backoff = new Backoff(FirstRetry, LongestRetry, _services.Time);
        while (_sandbox is { } sandbox && !ct.IsCancellationRequested)
        {
            try
            {
                await _services.Sandboxes.RemoveAsync(sandbox, ct).ConfigureAwait(false);
                _sandbox = null;
            }
            catch (SandboxException e)
            {
                _services.Events.Warning(_pod, "FailedKillPod", $"error killing pod: failed to \"KillPodSandbox\": {e.Message}");
                await backoff.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FinishAsync(CancellationToken ct)
    {
        _volumes.Delete();
        if (!_gone.IsCancellationRequested)
        {
            await _writer.WriteAsync(Status(), ct).ConfigureAwait(false);
            await DeleteObjectAsync(ct).ConfigureAwait(false);
        }

        _services.Logs.Delete(_pod);
    }

    private async Task DeleteObjectAsync(CancellationToken ct)
    {
        var backoff = new Backoff(FirstRetry, LongestRetry, _services.Time);
        while (true)
        {
            try
            {
                var options = new DeleteOptions { GracePeriodSeconds = 0, Uid = _pod.Metadata.Uid };
                await _services.Client.DeleteAsync<Pod>(_pod.Metadata.Namespace, _pod.Metadata.Name, options, ct).ConfigureAwait(false);
                return;
            }
            catch (KubeApiException e) when (!e.IsTransient)
            {
                return;
            }
            catch (KubeApiException)
            {
                await backoff.WaitAsync(ct).ConfigureAwait(false);
            }
        }
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(ct).ConfigureAwait(false);
                await Task.Delay(Gather, _services.Time, ct).ConfigureAwait(false);
                if (!_pod.IsFinished())
                    await _writer.WriteAsync(Status(), ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The last word is FinishAsync's.
        }
    }

    private PodStatus Status()
    {
        var former = _writer.Sent with { Conditions = Conditions() };
        var facts = new PodFacts
        {
            NodeIps = _services.NodeIps,
            StartTime = _startTime,
            Sandbox = _sandbox,
            Containers = [.. Containers.Select(loop => (loop.Container, loop.Kind, loop.View))],
        };
        return PodStatusBuilder.Build(_pod, former, facts, _services.Time.GetUtcNow());
    }

    // Ours as we sent them; those of others, such as readiness gates, as the server has them.
    private Model.EquatableArray<Condition> Conditions()
    {
        var conditions = _writer.Sent.Conditions;
        foreach (var condition in _pod.Status.Conditions)
        {
            if (!PodStatusBuilder.IsOwn(condition.Type))
                conditions = conditions.With(condition, condition.LastTransitionTime ?? _services.Time.GetUtcNow());
        }

        return conditions;
    }
}
