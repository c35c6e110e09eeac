using System.Globalization;

namespace Weft.Lab.Host;

/// <summary>Facts about processes from <c>/proc</c> (proc(5)).</summary>
public static class HostProcess
{
    /// <summary>Start of a process in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>), or null when it is gone or a zombie.</summary>
    public static ulong? StartTime(int pid)
    {
        try
        {
            var fields = StatFields(pid);
            return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether that very process, not a later one of the same id, lives.</summary>
    public static bool IsAlive(LabProcessInfo process) => StartTime(process.Pid) == process.StartTime;

    /// <summary>The first child of a process, or null.</summary>
    public static int? FirstChild(int pid)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Length == 0 ? null : int.Parse(children[0], CultureInfo.InvariantCulture);
        }
        catch (FileNotFoundException)
        {
            return FirstChildByScan(pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Resident memory in bytes, or 0 when the process is gone.</summary>
    public static long ResidentBytes(int pid)
    {
        try
        {
            var pages = File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The variables that a process was started with, as NAME=value, or null when they cannot be read.</summary>
    public static IReadOnlyList<string>? EnvironmentOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

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

    private static int? TryParent(int pid)
    {
        try
        {
            return int.Parse(StatFields(pid)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The name in parentheses may hold anything, also spaces and parentheses: what follows the last one is regular.
    private static string[] StatFields(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
