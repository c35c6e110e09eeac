using System.Diagnostics;

namespace Weft.Lab.Host;

/// <summary>Whether this host lets its user make the namespaces of a lab, and by which words to the shell.</summary>
public static class NamespaceSupport
{
    private static readonly (string File, string Bad, string Fix)[] Settings =
    [
        ("/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=15000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
    ];

    /// <summary>The util-linux command that starts a program as root of a lab's own namespaces.</summary>
    /// <param name="userNamespace">Whether the lab gets a user namespace of its own.</param>
    /// <exception cref="LabException">The host forbids it: the message names the setting and the way out.</exception>
    public static IReadOnlyList<string> Require(bool userNamespace)
    {
        foreach (var tool in new[] { "unshare", "nsenter", "setsid" })
        {
            if (!OnPath(tool))
                throw new LabException($"the program '{tool}' is missing: install the package util-linux");
        }

        if (!userNamespace && !Environment.IsPrivilegedProcess)
            throw new LabException("without a user namespace (--userns off, ipvs) this needs root: run it with sudo");
        string[] users = userNamespace ? ["--user", "--map-root-user"] : [];
        string[] spaces = ["unshare", .. users, "--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
        if (Try([.. spaces, "true"]) is { } error)
            throw new LabException(Explain(error));
        return spaces;
    }

    private static string Explain(string error)
    {
        foreach (var (file, bad, fix) in Settings)
        {
            if (File.Exists(file) && File.ReadAllText(file).Trim() == bad)
            {
                var name = file["/proc/sys/".Length..].Replace('/', '.');
                return $"this host forbids user namespaces ({name} is {bad}): as root, `{fix}`, or run weft with sudo and --userns off";
            }
        }

        return $"this host does not let you make namespaces ({error}): inside a container, allow user namespaces and mounting /proc "
            + "(for example --security-opt seccomp=unconfined --security-opt systempaths=unconfined); otherwise run weft with sudo and --userns off";
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string? Try(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error.Trim();
    }
}
