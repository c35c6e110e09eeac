using System.Globalization;
using Weft.Netlink.Libc;

namespace Weft.Lab.Host;

/// <summary>Replaces this process by a program inside a lab's namespaces, so that terminals and signals need no relay.</summary>
public static class LabEntry
{
    /// <summary>Words that enter the outermost namespaces of a lab, where the pids of its control protocol mean something.</summary>
    /// <exception cref="LabException">The lab does not run.</exception>
    public static IReadOnlyList<string> Enter(LabDirectory lab)
    {
        var process = lab.ReadProcess();
        if (process is null || !HostProcess.IsAlive(process) || HostProcess.FirstChild(process.Pid) is not { } init)
            throw new LabException($"there is no running lab '{lab.Name}': `weft up` starts one, `weft ls` lists them");
        string[] users = lab.ReadSpec()?.UserNamespace ?? true ? ["--user", "--preserve-credentials"] : [];
        return ["nsenter", "--target", Text(init), .. users, "--net", "--mount", "--pid", "--ipc", "--uts"];
    }

    /// <summary>Words that enter the namespaces of a process which the lab named, where tools may try to give up root.</summary>
    public static IReadOnlyList<string> Enter(int pid, string? workingDirectory = null) =>
        [Installation.Current.PodBinary, "keep-identity", "nsenter", "--target", Text(pid), "--net", "--mount", "--pid", "--ipc", "--uts", .. WorkingDirectory(workingDirectory)];

    /// <summary>Becomes <paramref name="command"/>; does not return.</summary>
    /// <param name="command">Program, looked up on PATH, and its arguments.</param>
    /// <param name="environment">NAME=value words in place of this process's own, or null.</param>
    /// <exception cref="LabException">The program does not exist or cannot run.</exception>
    public static void Become(IReadOnlyList<string> command, IReadOnlyList<string>? environment = null)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':');
        var path = command[0].Contains('/') ? command[0] : folders.Select(folder => Path.Combine(folder, command[0])).FirstOrDefault(File.Exists)
            ?? throw new LabException($"the program '{command[0]}' is not on PATH");
        Processes.Execute(path, command, environment ?? Processes.Environment());
    }

    private static string[] WorkingDirectory(string? path) => path is null ? [] : [$"--wd={path}"];

    private static string Text(int pid) => pid.ToString(CultureInfo.InvariantCulture);
}
