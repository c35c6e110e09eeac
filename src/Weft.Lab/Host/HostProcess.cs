using System.Globalization;

namespace Weft.Lab.Host;

/// <summary>Facts about processes from <c>/proc</c> (proc(5)).</summary>
public static class HostProcess
{
    /// <summary>Start of a process in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>), or null when it is gone or a zombie.</summary>
    public static ulong? StartTime(int pid) => StatFields(pid) switch
    {
        null or ["Z" or "X", ..] => null,
        var fields => ulong.Parse(fields[19], CultureInfo.InvariantCulture),
    };

    /// <summary>Whether that very process, not a later one of the same id, lives.</summary>
    public static bool IsAlive(LabProcessInfo process) => StartTime(process.Pid) == process.StartTime;

    /// <summary>What tells that process from a later one of the same id; null when it is gone.</summary>
    public static LabProcessInfo? Identify(int pid) => StartTime(pid) is { } start ? new LabProcessInfo(pid, start, DateTimeOffset.UtcNow) : null;

    /// <summary>The first child of a process, or null.</summary>
    public static int? FirstChild(int pid)
    {
        if (TryRead($"/proc/{pid}/task/{pid}/children") is not { } children)
            return FirstChildByScan(pid);
        var first = children.Split(' ', 2)[0];
        return first.Length == 0 ? null : int.Parse(first, CultureInfo.InvariantCulture);
    }

    /// <summary>Resident memory in bytes, or 0 when the process is gone.</summary>
    public static long ResidentBytes(int pid) => TryRead($"/proc/{pid}/statm") is { Length: > 0 } statm
        ? long.Parse(statm.Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize
        : 0;

    /// <summary>The variables that a process was started with, as NAME=value, or null when they cannot be read.</summary>
    public static IReadOnlyList<string>? EnvironmentOf(int pid) =>
        TryRead($"/proc/{pid}/environ")?.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    // Kernels without CONFIG_PROC_CHILDREN lack the children file.
    private static int? FirstChildByScan(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && TryParent(pid) == parent)
                return pid;
        }

        return null;
    }

    private static int? TryParent(int pid) => StatFields(pid) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : null;

    // The name in parentheses may hold anything, also spaces and parentheses: what follows the last one is regular.
    private static string[]? StatFields(int pid) => TryRead($"/proc/{pid}/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : null;

    // A process may end at any moment, so a file that cannot be read is an answer.
    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
