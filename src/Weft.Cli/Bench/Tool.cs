using System.Diagnostics;
using Weft.Lab;

namespace Weft.Cli.Bench;

/// <summary>Runs programs to their end and keeps what they print.</summary>
internal static class Tool
{
    /// <exception cref="LabException">It ended with another code than 0.</exception>
    public static async Task<(string Output, double Seconds)> RunAsync(IReadOnlyList<string> command, string? input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        var seconds = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? (output, seconds)
            : throw new LabException($"`{string.Join(' ', command)}` ended with {process.ExitCode}: {(await error).Trim()}");
    }

    /// <summary>This program with other arguments.</summary>
    public static Task<(string Output, double Seconds)> WeftAsync(IReadOnlyList<string> arguments, string? input, CancellationToken ct) =>
        RunAsync([Installation.Current.Dotnet, Installation.Current.WeftDll, .. arguments], input, ct);
}
