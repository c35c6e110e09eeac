using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Cni.Runtime;

/// <summary>Starts plugins as child processes, optionally through a command that enters another place first (nsenter and its like).</summary>
/// <param name="prefix">Words to put before the plugin's path; empty starts the plugin itself.</param>
/// <param name="root">Where the place's file system is seen from here, such as /proc/PID/root.</param>
public sealed class ProcessInvoker(IReadOnlyList<string>? prefix = null, string root = "") : IPluginInvoker
{
    /// <summary>A killed process ends once the system call that it is in does.</summary>
    private static readonly TimeSpan LastBreath = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(root + path);

    /// <inheritdoc/>
    public async Task<PluginOutput> InvokeAsync(
        string path, IReadOnlyDictionary<string, string> environment, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        using var process = Start(path, environment);
        try
        {
            using var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
            var listening = process.StandardError.ReadToEndAsync(cancellation);
            await FeedAsync(process.StandardInput.BaseStream, input, cancellation).ConfigureAwait(false);
            await Task.WhenAll(reading, listening).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return new PluginOutput(process.ExitCode, output.ToArray(), await listening.ConfigureAwait(false));
        }
        catch
        {
            // What takes the call back must not meet it still at work.
            process.Kill(entireProcessTree: true);
            process.WaitForExit(LastBreath);
            throw;
        }
    }

    private Process Start(string path, IReadOnlyDictionary<string, string> environment)
    {
        string[] words = [.. prefix ?? [], path];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"cannot start {path}: {error.Message}", error);
        }
    }

    /// <summary>A plugin may end without having read its configuration; its exit code then says more than the broken pipe.</summary>
    private static async Task FeedAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            await using (stream.ConfigureAwait(false))
                await stream.WriteAsync(input, cancellation).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nothing to add to what the plugin says itself.
        }
    }
}
