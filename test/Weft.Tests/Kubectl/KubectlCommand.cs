using System.Diagnostics;

namespace Weft.Tests.Kubectl;

/// <summary>Runs the real kubectl against a server of the test.</summary>
internal static class KubectlCommand
{
    public static bool Installed { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    /// <param name="input">Standard input; null closes it at once.</param>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string server, string? input, params string[] arguments)
    {
        using var cache = new TemporaryFolder();
        var start = new ProcessStartInfo("kubectl") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--kubeconfig", "/dev/null", "--cache-dir", cache.Path, "--server", server, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"kubectl {string.Join(' ', arguments)} did not end: {await errors}");
        }
        return (process.ExitCode, await output, await errors);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("weft-kubectl-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
