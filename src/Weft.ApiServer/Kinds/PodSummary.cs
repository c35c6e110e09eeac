using System.Text.Json.Nodes;
using Weft.ApiServer.Json;

namespace Weft.ApiServer.Kinds;

/// <summary>What <c>kubectl get pods</c> shows of a pod: ready containers, one word of status, restarts.</summary>
/// <remarks>Source: kube-apiserver <c>printPod</c>.</remarks>
internal sealed class PodSummary
{
    private readonly JsonObject _pod;
    private readonly HashSet<string> _sidecars;
    private string _status;
    private long _restarts;
    private long _sidecarRestarts;
    private long _ready;
    private string? _lastRestart;
    private string? _lastSidecarRestart;

    private PodSummary(JsonObject pod)
    {
        _pod = pod;
        _sidecars = [.. pod.Items("spec", "initContainers").Where(c => c.Text("restartPolicy") == "Always").Select(c => c.Text("name") ?? "")];
        _status = FirstStatus();
        var initializing = CountInitContainers();
        if (!initializing || HasCondition("Initialized"))
            CountContainers();
        if (pod.At("metadata", "deletionTimestamp") is not null)
            _status = pod.Text("status", "reason") == "NodeLost" ? "Unknown" : Phase is "Succeeded" or "Failed" ? _status : "Terminating";
    }

    public string Ready => $"{_ready}/{_pod.Items("spec", "containers").Count() + _sidecars.Count}";

    public string Status => _status;

    private string Phase => _pod.Text("status", "phase") ?? "";

    public static PodSummary Of(JsonObject pod) => new(pod);

    public string RestartText(DateTimeOffset now) =>
        _restarts > 0 && _lastRestart is not null ? $"{_restarts} ({HumanDuration.Since(_lastRestart, now)} ago)" : $"{_restarts}";

    private static string Later(string? a, string? b) => string.CompareOrdinal(a, b) >= 0 ? a ?? "" : b ?? "";

    private static string Ended(JsonNode terminated) => terminated.Text("reason") is { Length: > 0 } reason
        ? reason
        : terminated.Number("signal") is { } signal and not 0 ? $"Signal:{signal}" : $"ExitCode:{terminated.Number("exitCode") ?? 0}";

    private string FirstStatus()
    {
        if (_pod.Text("status", "reason") is { Length: > 0 } reason)
            return reason;
        var gated = _pod.Items("status", "conditions").Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated");
        return gated ? "SchedulingGated" : Phase;
    }

    /// <returns>Whether one of them still holds up the pod's containers.</returns>
    private bool CountInitContainers()
    {
        var index = 0;
        foreach (var status in _pod.Items("status", "initContainerStatuses"))
        {
            var isSidecar = _sidecars.Contains(status.Text("name") ?? "");
            CountRestarts(status, isSidecar);
            if (InitStatus(status, isSidecar, index++) is not { } text)
                continue;
            _status = text;
            return true;
        }
        return false;
    }

    private string? InitStatus(JsonNode status, bool isSidecar, int index)
    {
        var terminated = status.At("state", "terminated");
        if (terminated is not null && (terminated.Number("exitCode") ?? 0) == 0)
            return null;
        if (isSidecar && status.Flag("started") is true)
        {
            _ready += status.Flag("ready") is true ? 1 : 0;
            return null;
        }
        if (terminated is not null)
            return "Init:" + Ended(terminated);
        return status.Text("state", "waiting", "reason") is { Length: > 0 } waiting and not "PodInitializing"
            ? "Init:" + waiting
            : $"Init:{index}/{_pod.Items("spec", "initContainers").Count()}";
    }

    private void CountContainers()
    {
        _restarts = _sidecarRestarts;
        _lastRestart = _lastSidecarRestart;
        var running = false;
        foreach (var status in _pod.Items("status", "containerStatuses").Reverse())
        {
            CountRestarts(status, isSidecar: false);
            if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
            {
                _status = waiting;
            }
            else if (status.At("state", "terminated") is { } terminated)
            {
                _status = Ended(terminated);
            }
            else if (status.Flag("ready") is true && status.At("state", "running") is not null)
            {
                running = true;
                _ready++;
            }
        }
        if (running && _status == "Completed")
            _status = HasCondition("Ready") ? "Running" : "NotReady";
    }

    private void CountRestarts(JsonNode status, bool isSidecar)
    {
        var count = status.Number("restartCount") ?? 0;
        var last = status.Text("lastState", "terminated", "finishedAt");
        _restarts += count;
        _lastRestart = last is null ? _lastRestart : Later(_lastRestart, last);
        if (!isSidecar)
            return;
        _sidecarRestarts += count;
        _lastSidecarRestart = last is null ? _lastSidecarRestart : Later(_lastSidecarRestart, last);
    }

    private bool HasCondition(string type) =>
        _pod.Items("status", "conditions").Any(c => c.Text("type") == type && c.Text("status") == "True");
}
