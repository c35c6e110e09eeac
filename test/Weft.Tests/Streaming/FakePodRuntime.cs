using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Weft.ApiServer.Streaming;

namespace Weft.Tests.Streaming;

/// <summary>A pod runtime whose containers are processes of the test's machine, and whose logs are lists of lines.</summary>
internal sealed class FakePodRuntime : IPodRuntime
{
    public ConcurrentQueue<ProcessSession> Sessions { get; } = new();

    public ConcurrentQueue<(string? Container, LogRequest Request)> Logs { get; } = new();

    public IReadOnlyList<string> Lines { get; init; } = ["one", "two", "three"];

    public Task<IExecSession> ExecAsync(string ns, string pod, string? container, ExecRequest request, CancellationToken ct)
    {
        if (request.Command[0] == "missing")
            throw new PodRuntimeException("InternalError", "exec: \"missing\": executable file not found in $PATH");
        var session = new ProcessSession(container, request);
        Sessions.Enqueue(session);
        return Task.FromResult<IExecSession>(session);
    }

    public async Task LogsAsync(string ns, string pod, string? container, LogRequest request, Stream output, CancellationToken ct)
    {
        Logs.Enqueue((container, request));
        if (request.Previous)
            throw new PodRuntimeException("BadRequest", $"previous terminated container \"{container}\" in pod \"{pod}\" not found");
        foreach (var line in request.TailLines is { } tail ? Lines.TakeLast(tail) : Lines)
            await output.WriteAsync(Encoding.UTF8.GetBytes((request.Timestamps ? "2026-01-02T03:04:05Z " : "") + line + "\n"), ct);
        if (!request.Follow)
            return;
        await Task.Delay(200, ct);
        await output.WriteAsync("later\n"u8.ToArray(), ct);
    }
}

/// <summary>A process on the test's machine in place of one in a container.</summary>
internal sealed class ProcessSession : IExecSession
{
    private readonly Process _process;

    public ProcessSession(string? container, ExecRequest request)
    {
        Container = container;
        Request = request;
        var start = new ProcessStartInfo(request.Command[0], request.Command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        if (!request.Stdin)
            _process.StandardInput.Close();
        ExitCode = WaitAsync();
    }

    public string? Container { get; }

    public ExecRequest Request { get; }

    public ConcurrentQueue<(int Columns, int Rows)> Sizes { get; } = new();

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Stream? Stdin => Request.Stdin ? _process.StandardInput.BaseStream : null;

    public Stream? Stdout => Request.Stdout ? _process.StandardOutput.BaseStream : null;

    public Stream? Stderr => Request.Stderr ? _process.StandardError.BaseStream : null;

    public Task<int> ExitCode { get; }

    public void Resize(int columns, int rows) => Sizes.Enqueue((columns, rows));

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }
}
