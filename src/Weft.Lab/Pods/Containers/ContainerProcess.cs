using System.Net.Sockets;
using System.Text.Json;
using Weft.Lab.Host;
using Weft.Lab.Nodes;
using Weft.Lab.Pods.Logs;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Pods.Containers;

/// <summary>One run of a container: the native launcher in the pod's namespaces, and the line to it.</summary>
/// <remarks>
/// <code>
/// nsenter (node's mounts and pids, pod's network) → unshare (own mounts, pids, ipc, host name) → weft-pod container, PID 1
/// </code>
/// The first two only wait; the line closes when all three have ended.
/// </remarks>
internal sealed class ContainerProcess
{
    private const int Line = 3;
    private const int FormerLog = 4;

    // Long enough for a process to go, short enough for one that had not begun yet.
    private static readonly TimeSpan KillAgain = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    private readonly TaskCompletionSource<LauncherReport> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _entered;
    private readonly NetworkStream _line;
    private readonly Action<string> _notice;
    private int? _reported;
    private int _hookTaken;

    private ContainerProcess(int entered, NetworkStream line, ContainerSpec spec, Action<string> notice)
    {
        _entered = entered;
        _line = line;
        _notice = notice;
        Spec = spec;
        Exit = RunAsync();
    }

    /// <summary>What it was told to be.</summary>
    public ContainerSpec Spec { get; }

    /// <summary>Completes when the program runs or the stand-in listens, or with why not.</summary>
    public Task<LauncherReport> Started => _started.Task;

    /// <summary>Completes with the exit code, 128 + signal for a killed one.</summary>
    public Task<int> Exit { get; }

    /// <summary>Process id of the container's init, in our pid namespace; null before it runs and after it has ended.</summary>
    public int? Pid => Unshare is { } unshare ? HostProcess.FirstChild(unshare) : null;

    private int? Unshare => Exit.IsCompleted ? null : HostProcess.FirstChild(_entered);

    /// <summary>Starts a container.</summary>
    /// <param name="node">Where.</param>
    /// <param name="netns">The pod's network namespace, as a path that we see.</param>
    /// <param name="spec">What.</param>
    /// <param name="log">Where its output goes.</param>
    /// <param name="notice">Told what a user may want to know.</param>
    /// <exception cref="NetlinkException">nsenter is missing, or no process or descriptor is left.</exception>
    public static ContainerProcess Start(LabNode node, string netns, ContainerSpec spec, LogFile log, Action<string> notice)
    {
        string[] command =
        [
            .. node.EnterPrefix(netns), "unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--",
            node.PodBinary, "container", "--line", "3",
        ];
        var (ours, theirs) = UnixSockets.Pair();
        using (theirs)
        using (var current = log.OpenCurrent())
        using (var former = log.OpenFormer())
        using (var nothing = Descriptors.OpenRead("/dev/null"))
        {
            var output = (int)current.DangerousGetHandle();
            var pid = Spawner.Start(
                command, Environment,
                [(nothing.Value, 0), (output, 1), (output, 2), (theirs.Value, Line), ((int)former.DangerousGetHandle(), FormerLog)]);
            var socket = new Socket(new SafeSocketHandle(ours.Release(), ownsHandle: true));
            return new ContainerProcess(pid, new NetworkStream(socket, ownsSocket: true), spec, notice);
        }
    }

    /// <summary>True for the first who asks: the pre-stop hook runs once, however many reasons there are to end.</summary>
    public bool TakeHook() => Interlocked.Exchange(ref _hookTaken, 1) == 0;

    /// <summary>Asks it to end: the container's init hands SIGTERM on to the program.</summary>
    public void Terminate()
    {
        if (Pid is { } pid)
            Processes.Kill(pid, Processes.SigTerm);
    }

    /// <summary>Ends it at once: the init follows unshare by its parent-death signal, and everything in the container follows the init.</summary>
    public async Task KillAsync()
    {
        while (!Exit.IsCompleted)
        {
            if (Unshare is { } pid)
                Processes.Kill(pid, Processes.SigKill);
            await Task.WhenAny(Exit, Task.Delay(KillAgain)).ConfigureAwait(false);
        }
    }

    /// <summary>Changes how a stand-in behaves.</summary>
    public async Task OrderAsync(StandInBehaviour behaviour)
    {
        // A larger stand-in takes the line over from the launcher; what came before that would not reach it.
        if ((await Started.ConfigureAwait(false)).Kind != LauncherReportKind.Started)
            return;
        try
        {
            await SendAsync(new LauncherOrder(Behaviour: behaviour)).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has just ended.
        }
    }

    private async Task<int> RunAsync()
    {
        await Task.Yield();
        using var reader = new StreamReader(_line, leaveOpen: true);
        try
        {
            await SendAsync(new LauncherOrder(Container: Spec)).ConfigureAwait(false);
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
                Take(JsonSerializer.Deserialize(line, LauncherJson.Default.LauncherReport)!);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            _started.TrySetResult(new LauncherReport(LauncherReportKind.Failed, $"the launcher cannot be understood: {e.Message}", 128));
        }

        // The line is closed, so the wait is short.
        var status = await Task.Run(() => Processes.Wait(_entered)).ConfigureAwait(false);
        await _line.DisposeAsync().ConfigureAwait(false);
        var code = _reported ?? status?.ExitCode ?? 128;
        _started.TrySetResult(new LauncherReport(LauncherReportKind.Failed, "the launcher ended before the container began", code));
        return code;
    }

    private void Take(LauncherReport report)
    {
        if (report.Kind == LauncherReportKind.Notice)
            _notice(report.Message ?? "");
        else if (report.Kind == LauncherReportKind.Ended)
            _reported = report.ExitCode;
        else
            _started.TrySetResult(report);
    }

    private async Task SendAsync(LauncherOrder order)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(order, LauncherJson.Default.LauncherOrder), (byte)'\n'];
        await _line.WriteAsync(line).ConfigureAwait(false);
    }
}
