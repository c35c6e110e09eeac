using System.ComponentModel;
using System.Diagnostics;

namespace Weft.Node.Proxy.Iptables;

/// <summary>One variant of the iptables commands, found in PATH.</summary>
/// <param name="variant"><c>nft</c> or <c>legacy</c>; empty for commands without such a name.</param>
public sealed class IptablesCommands(string variant) : IIptables
{
    // Seconds to wait for the lock that -legacy takes; as upstream's proxy waits.
    private const string LockSeconds = "5";

    // No sane table takes this long; a command that hangs must not stop the agent.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Beside PATH, as a service manager may have left these out.
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <inheritdoc/>
    public string Name => variant.Length == 0 ? "iptables" : $"iptables-{variant}";

    /// <inheritdoc/>
    public bool IsNftables => variant == "nft";

    /// <summary>Whether the command that changes IPv4 rules is installed.</summary>
    public bool IsInstalled => Find(Command(isV6: false, "restore")) is not null;

    /// <inheritdoc/>
    public string Save(bool isV6) => Run(Command(isV6, "save"), [], input: null);

    /// <summary>One table, whether in use or not.</summary>
    /// <exception cref="IptablesException">The command is missing, or failed.</exception>
    public string Save(bool isV6, string table) => Run(Command(isV6, "save"), ["-t", table], input: null);

    /// <inheritdoc/>
    public void Restore(bool isV6, string input) => Run(Command(isV6, "restore"), ["-w", LockSeconds, "--noflush"], input);

    private string Command(bool isV6, string verb) => $"{(isV6 ? "ip6tables" : "iptables")}{(variant.Length == 0 ? "" : $"-{variant}")}-{verb}";

    private static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Concat(Folders)
        .Select(folder => Path.Combine(folder, command))
        .FirstOrDefault(File.Exists);

    private static string Run(string command, string[] arguments, string? input)
    {
        var path = Find(command) ?? throw new IptablesException($"{command} is not installed", isMissing: true);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, arguments)
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            return Converse(process, command, input);
        }
        catch (Win32Exception e)
        {
            throw new IptablesException($"cannot start {path}: {e.Message}", inner: e);
        }
    }

    private static string Converse(Process process, string command, string? input)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; why, it says on its standard error.
        }

        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new IptablesException($"{command} did not end within {Patience.TotalSeconds:0} s");
        }

        if (process.ExitCode == 0)
            return output.GetAwaiter().GetResult();
        throw new IptablesException($"{command}: {OneLine(errors.GetAwaiter().GetResult(), process.ExitCode)}");
    }

    private static string OneLine(string errors, int exitCode)
    {
        var lines = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#') && !line.StartsWith("Try `", StringComparison.Ordinal)).Distinct().ToList();
        return lines.Count == 0 ? $"exit code {exitCode}" : string.Join("; ", lines);
    }
}
