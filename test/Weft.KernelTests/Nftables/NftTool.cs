using System.Diagnostics;

namespace Weft.KernelTests.Nftables;

/// <summary>Debian's nft, as the independent reader of what we print and what we write.</summary>
internal static class NftTool
{
    private const string Path = "/usr/sbin/nft";

    internal static void SkipUnlessInstalled() => Assert.SkipUnless(File.Exists(Path), "nft is not installed: apt-get install nftables");

    internal static string Run(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardInput = true, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"nft {string.Join(' ', arguments)}: {errors.Result}\n{input}");
        return output;
    }
}
