using System.Diagnostics;
using System.Globalization;
using Weft.ApiServer.Streaming;
using Weft.Lab.Nodes;
using Weft.Lab.Pods.Specs;
using Weft.Netlink;
using Weft.Netlink.Libc;

namespace Weft.Lab.Pods.Exec;

/// <summary>A program in a running container, started by <c>weft-pod exec</c>; with a terminal of the container's own when asked for.</summary>
internal sealed class ExecSession : IExecSession
{
    private readonly Process _process;
    private readonly Terminal? _terminal;

    private ExecSession(Process process, Terminal? terminal, ExecRequest request)
    {
        _process = process;
        _terminal = terminal;
        if (terminal is null)
        {
            Stdin = request.Stdin ? process.StandardInput.BaseStream : null;
            Stdout = request.Stdout ? process.StandardOutput.BaseStream : null;
            Stderr = request.Stderr ? process.StandardError.BaseStream : null;
        }
        else
        {
            Stdin = request.Stdin ? terminal.Input : null;
            Stdout = terminal.Output;
        }

        ExitCode = WaitAsync();
    }

    /// <inheritdoc/>
    public Stream? Stdin { get; }

    /// <inheritdoc/>
    public Stream? Stdout { get; }

    /// <inheritdoc/>
    public Stream? Stderr { get; }

    /// <inheritdoc/>
    public Task<int> ExitCode { get; }

    /// <summary>Starts a program in the container whose init has this pid.</summary>
    /// <exception cref="PodRuntimeException">The container has just ended, or no terminal can be had.</exception>
    public static ExecSession Start(LabNode node, int pid, ContainerSpec spec, ExecRequest request)
    {
        Terminal? terminal = null;
        try
        {
            terminal = request.Tty ? Terminal.Open(pid) : null;
            var process = Process.Start(Command(node, pid, spec, request, terminal))!;
            if (!request.Stdin && terminal is null)
                process.StandardInput.Close();
            return new ExecSession(process, terminal, request);
        }
        catch (NetlinkException e)
        {
            throw new PodRuntimeException("InternalError", $"failed to exec in container: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Resize(int columns, int rows) => _terminal?.Resize(columns, rows);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Processes.Kill(_process.Id, Processes.SigTerm);
        _terminal?.Dispose();
        try
        {
            await ExitCode.WaitAsync(TimeSpan.FromMilliseconds(500)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _terminal?.ProgramEnded();
        return _process.ExitCode;
    }

    private static ProcessStartInfo Command(LabNode node, int pid, ContainerSpec spec, ExecRequest request, Terminal? terminal)
    {
        string[] arguments =
        [
            "exec", .. terminal is null ? [] : new[] { "--tty", terminal.Path }, "--directory", spec.WorkingDirectory,
            pid.ToString(CultureInfo.InvariantCulture), "--", .. request.Command,
        ];
        var start = new ProcessStartInfo(node.PodBinary, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = terminal is null,
            RedirectStandardOutput = terminal is null,
            RedirectStandardError = terminal is null,
        };
        start.Environment.Clear();
        foreach (var pair in spec.Environment)
            start.Environment[pair[..pair.IndexOf('=')]] = pair[(pair.IndexOf('=') + 1)..];
        if (terminal is not null)
            start.Environment["TERM"] = "xterm";
        return start;
    }
}
