namespace Weft.Cni.Runtime;

/// <summary>Starts plugins. The lab's starts them inside a node's namespaces.</summary>
public interface IPluginInvoker
{
    /// <summary>Runs an executable to its end.</summary>
    /// <param name="path">The executable, as the place that it runs in sees it.</param>
    /// <param name="environment">The CNI_* variables; they are added to the environment that the invoker gives by itself.</param>
    /// <param name="input">What it gets on stdin.</param>
    /// <param name="cancellation">Ends the process and everything that it started.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    Task<PluginOutput> InvokeAsync(
        string path, IReadOnlyDictionary<string, string> environment, ReadOnlyMemory<byte> input, CancellationToken cancellation);

    /// <summary>Whether there is such an executable, in the eyes of the place that it would run in.</summary>
    bool Exists(string path) => File.Exists(path);
}

/// <summary>How a plugin ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed on stdout.</param>
/// <param name="Diagnostics">What it printed on stderr.</param>
public sealed record PluginOutput(int ExitCode, byte[] Output, string Diagnostics);
