using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Weft.Lab;
using Weft.Model;

namespace Weft.Cli.Bench.Policies;

/// <summary>The same policies as one would write them by hand: a rule for each, in one chain, with the addresses that it means. Loaded by nft.</summary>
internal static class HandWrittenPolicies
{
    // nft does not split a transaction, and in a user namespace its socket holds no more.
    private const int RulesPerFile = 100;

    /// <summary>Whether nft can be run here.</summary>
    public static bool IsAvailable { get; } = IsRunnable();

    /// <summary>Writes the ruleset, in files that add to each other.</summary>
    /// <param name="cluster">Whose pods and policies.</param>
    public static IReadOnlyList<string> Of(PolicyCluster cluster)
    {
        const string hook = "type filter hook forward priority filter; policy accept;";
        var accepted = cluster.Pairs().Select(pair => string.Create(
            CultureInfo.InvariantCulture, $"ip daddr {Set(pair.Subject)} ip saddr {Set(pair.Peers)} meta l4proto {{ tcp, udp }} th dport {pair.Port} accept"));
        var dropped = cluster.Pairs().Select(pair => pair.Subject).DistinctBy(pods => pods[0]).Select(pods => $"ip daddr {Set(pods)} drop");
        return [.. accepted.Prepend("ct state established,related accept").Concat(dropped).Chunk(RulesPerFile)
            .Select(rules => $"table inet by-hand {{\n chain forward {{\n{hook}\n{string.Join('\n', rules)}\n}}\n}}\n")];
    }

    /// <summary>Loads a ruleset into the network namespace of the calling thread.</summary>
    /// <returns>Milliseconds, of the programs as a whole.</returns>
    /// <exception cref="LabException">nft refused it.</exception>
    public static double Load(IReadOnlyList<string> ruleset)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var file in ruleset)
        {
            using var process = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { UseShellExecute = false, RedirectStandardInput = true })!;
            process.StandardInput.Write(file);
            process.StandardInput.Close();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new LabException($"nft -f ended with {process.ExitCode}");
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Set(IpAddress[] addresses) => $"{{ {string.Join(", ", addresses)} }}";

    private static bool IsRunnable()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nft", ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
