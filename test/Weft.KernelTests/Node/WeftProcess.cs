using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weft.KernelTests.Cni;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Node;

/// <summary>The built <c>weft</c> command as a process, in a network namespace of choice.</summary>
internal sealed class WeftProcess : IAsyncDisposable
{
    private static readonly string Program =
        Path.Combine(Environment.GetEnvironmentVariable("WEFT_INSTALLATION") ?? Path.Combine(Repository.Root, "artifacts", "run", "current"), "weft", "weft.dll");

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private WeftProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Skips the test where the command was not built.</summary>
    public static void NeedsBuild() => Assert.SkipUnless(File.Exists(Program), $"the command is not built: ./build.sh publishes it to {Program}");

    public static WeftProcess Start(NetworkNamespace? where, params string[] arguments)
    {
        string[] enter = where is null ? [] : ["nsenter", string.Create(CultureInfo.InvariantCulture, $"--net=/proc/{Environment.ProcessId}/fd/{where.Descriptor.Value}")];
        string[] command = [.. enter, "dotnet", Program, .. arguments];
        return new WeftProcess(Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    /// <summary>Asks it to end, as a service manager would, and waits.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
            using (Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) { }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Note(string? line)
    {
        lock (_said)
            _said.AppendLine(line);
    }
}
