using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.ApiServer.Streaming;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Nodes;
using Weft.Lab.Pods.Exec;
using Weft.Lab.Pods.Logs;
using Weft.Lab.Pods.Probes;
using Weft.Lab.Pods.Registration;
using Weft.Lab.Pods.Sandboxes;

namespace Weft.Lab.Pods;

/// <summary>The kubelet's role for one node of a lab: registers the node, runs the pods that are bound to it, reports how they are.</summary>
public sealed class PodRunner : IPodRuntime, IDisposable
{
    private readonly ConcurrentDictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly PodServices _services;
    private readonly Informer<Pod> _pods;

    /// <summary>A runner that does nothing until <see cref="RunAsync"/>.</summary>
    public PodRunner(LabNode node, KubeClient client, PodRunnerOptions? options = null)
    {
        options ??= new PodRunnerOptions();
        var logger = options.Logger ?? NullLogger.Instance;
        var logs = new PodLogs(Path.Combine(node.StateDirectory, "pod-logs", node.Name));
        var events = new EventRecorder(client, "kubelet", node.Name, logger);
        _services = new PodServices(node, client, new SandboxFactory(node), logs, events, new ProbeClient(node), options, logger);
        _pods = new Informer<Pod>(client, new InformerOptions { FieldSelector = $"spec.nodeName={node.Name}", Logger = logger });

        // Reading a child's pipe holds a pool thread, and many pods start at once: a pool of two would start them one after the other.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 64), ports);
    }

    /// <summary>Runs until cancelled; the pods' processes are then ended, their objects stay.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var problem in await _services.Sandboxes.CleanAsync(ct).ConfigureAwait(false))
            Log.LeftOver(_services.Logger, _services.Node.Name, problem);
        var parts = new[]
        {
            _services.Events.RunAsync(ct), new NodeRegistration(_services).RunAsync(ct), _pods.RunAsync(ct), FollowAsync(ct),
        };
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _services.Probes.Dispose();

    /// <summary>Whether the pod is one of this node's.</summary>
    public bool Runs(string ns, string pod) => Worker(ns, pod) is not null;

    /// <summary>Process id, in our pid namespace, of the init of a container; null while it does not run. Null names the first container.</summary>
    public int? ContainerPid(string ns, string pod, string? container) => Worker(ns, pod)?.Find(container)?.Pid;

    /// <summary>The pod's network namespace as a path that we can open; null while it has none.</summary>
    public string? NetnsPath(string ns, string pod) => Worker(ns, pod)?.Sandbox?.Path;

    /// <inheritdoc/>
    public Task<IExecSession> ExecAsync(string ns, string pod, string? container, ExecRequest request, CancellationToken ct)
    {
        var loop = Loop(ns, pod, container);
        if (loop.Pid is not { } pid || loop.Spec is not { } spec)
            throw new PodRuntimeException("BadRequest", $"container {loop.Container.Name} of pod {pod} is not running: {StateOf(loop)}");
        return Task.FromResult<IExecSession>(ExecSession.Start(_services.Node, pid, spec, request));
    }

    /// <inheritdoc/>
    public async Task LogsAsync(string ns, string pod, string? container, LogRequest request, Stream output, CancellationToken ct)
    {
        var loop = Loop(ns, pod, container);
        if (loop.Log(request.Previous) is not { } log)
        {
            throw new PodRuntimeException("BadRequest", request.Previous
                ? $"previous terminated container \"{loop.Container.Name}\" in pod \"{pod}\" not found"
                : $"container \"{loop.Container.Name}\" in pod \"{pod}\" is waiting to start: {StateOf(loop)}");
        }

        var reader = new LogReader(request, output, _services.Time);
        await reader.SendAsync(log, () => request.Previous || loop.Pid is null || loop.Log(previous: false) != log, ct).ConfigureAwait(false);
    }

    private static string StateOf(Containers.ContainerLoop loop) =>
        loop.View.State.Waiting?.Reason ?? loop.View.Ended?.Reason ?? "ContainerCreating";

    private Containers.ContainerLoop Loop(string ns, string pod, string? container)
    {
        var worker = Worker(ns, pod) ?? throw new PodRuntimeException("NotFound", $"pod \"{ns}/{pod}\" does not run on node {_services.Node.Name}");
        return worker.Find(container) ?? throw new PodRuntimeException("BadRequest", $"container {container} is not valid for pod {pod}");
    }

    private PodWorker? Worker(string ns, string pod) =>
        _workers.Values.FirstOrDefault(worker => worker.Pod.Metadata.Name == pod && worker.Pod.Metadata.Namespace == ns);

    private async Task FollowAsync(CancellationToken ct)
    {
        await foreach (var pods in _pods.ReadAllAsync(ct).ConfigureAwait(false))
        {
            await _services.Node.Joined.WaitAsync(ct).ConfigureAwait(false);
            foreach (var pod in pods.Values)
                Take(pod, ct);
            foreach (var (uid, worker) in _workers)
            {
                if (pods.GetValueOrDefault(worker.Pod.Key())?.Metadata.Uid != uid)
                    worker.Abandon();
            }
        }
    }

    private void Take(Pod pod, CancellationToken ct)
    {
        if (_workers.TryGetValue(pod.Metadata.Uid!, out var known))
        {
            known.Update(pod);
            return;
        }

        var worker = new PodWorker(_services, pod);
        _workers[pod.Metadata.Uid!] = worker;
        _running[pod.Metadata.Uid!] = Task.Run(() => RunPodAsync(worker, ct), CancellationToken.None);
        worker.Update(pod);
    }

    private async Task RunPodAsync(PodWorker worker, CancellationToken ct)
    {
        var pod = worker.Pod;
        try
        {
            await worker.RunAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The node stops; its processes have ended and the object waits for it to come back.
        }
        catch (Exception e)
        {
            // One pod's trouble must not stop its neighbours.
            Log.PodFailed(_services.Logger, e, pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
        }
        finally
        {
            _workers.TryRemove(pod.Metadata.Uid!, out _);
            _running.TryRemove(pod.Metadata.Uid!, out _);
        }
    }
}
