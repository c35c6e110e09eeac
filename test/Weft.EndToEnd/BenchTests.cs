using System.Globalization;
using Weft.EndToEnd.Support;

namespace Weft.EndToEnd;

/// <summary>That benchmarks run and end; what they measure is for people.</summary>
public sealed class BenchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_figure_of_policies_can_be_measured_by_an_ordinary_user()
    {
        await using var user = new TestLab(ordinaryUser: true);
        var output = (await user.WeftAsync("bench", "policy", "--small", "--runs", "1")).Succeeded().Output;
        Assert.Contains("what ADD of a selected pod pays", output);
        Assert.EndsWith("policy: met\n", output);
    }

    [Fact]
    public async Task Every_figure_of_dns_can_be_measured_by_an_ordinary_user()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dnsperf"), "dnsperf is missing (package dnsperf)");
        await using var user = new TestLab(ordinaryUser: true);
        var output = (await user.WeftAsync("bench", "dns", "--small")).Succeeded().Output;
        Assert.Contains("5,000 Services, resident", output);
        Assert.EndsWith("dns: met\n", output);
    }

    [Fact]
    public async Task A_benchmark_that_is_told_to_end_ends_with_all_that_it_started()
    {
        const string Mark = "99173";
        await using var user = new TestLab(ordinaryUser: true);
        using var running = user.StartWeft("bench", "services", "--runs", Mark);
        await UntilAsync(() => Inside(Mark) > 0);

        (await Shell.RunAsync(["kill", "-TERM", running.Id.ToString(CultureInfo.InvariantCulture)])).Succeeded();

        await running.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(143, running.ExitCode);
        await UntilAsync(() => Inside(Mark) == 0);
    }

    /// <summary>How many processes are at work in the namespaces of a benchmark with that argument.</summary>
    private static int Inside(string mark) => Directory.GetDirectories("/proc").Count(folder =>
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
            return words.Contains("services-inside") && words.Contains(mark) && words[0] != "unshare";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(20, limit.Token);
    }
}
