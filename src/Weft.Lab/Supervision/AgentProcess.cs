using System.Diagnostics;
using Weft.Lab.Nodes;

namespace Weft.Lab.Supervision;

/// <summary>Keeps one node's agent alive: starts it inside the node, and again with a growing pause when it ends.</summary>
public sealed class AgentProcess(LabNode node, LabDirectory lab)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private volatile Process? _process;
    private volatile string? _message = "starting";

    /// <summary>Process id of the agent's entry in the supervisor's pid namespace, or 0.</summary>
    public int Pid => _process is { } process && Host.HostProcess.FirstChild(process.Id) is { } child ? child : 0;

    /// <summary>Why it does not run, or null while it does.</summary>
    public string? Message => _message;

    /// <summary>The agent's log.</summary>
    public string Log => Path.Combine(lab.Path, $"agent-{node.Name}.log");

    /// <summary>Runs it until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var pause = FirstPause;
        while (!ct.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(Command())!;
            _process = process;
            _message = null;
            try
            {
                await process.WaitForExitAsync(ct).ConfigureAwait(false);
            }
            finally
            {
                _process = null;
            }

            _message = $"ended with exit code {process.ExitCode}, see {Log}";
            pause = clock.Elapsed > LongestPause ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            await Task.Delay(pause, ct).ConfigureAwait(false);
        }
    }

    private ProcessStartInfo Command()
    {
        var installation = Installation.Current;
        return node.Enter(
            "/bin/sh", "-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "agent", Log,
            installation.Dotnet, installation.WeftDll, "node", "run", "--kubeconfig", lab.NodeKubeconfig, "--node-name", node.Name);
    }
}
