namespace Weft.ApiServer.Streaming;

/// <summary>A process started by <see cref="IPodRuntime.ExecAsync"/>; disposing it ends the process.</summary>
public interface IExecSession : IAsyncDisposable
{
    /// <summary>Write here; dispose to send end of file. Null when not asked for.</summary>
    Stream? Stdin { get; }

    /// <summary>With a terminal this carries both outputs.</summary>
    Stream? Stdout { get; }

    Stream? Stderr { get; }

    /// <summary>The exit code, 128 + signal for a killed process. Completes after the process ended.</summary>
    Task<int> ExitCode { get; }

    /// <summary>Sets the size of the terminal, in characters; does nothing without one.</summary>
    void Resize(int columns, int rows);
}
