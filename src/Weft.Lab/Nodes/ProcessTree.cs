using System.Globalization;

namespace Weft.Lab.Nodes;

/// <summary>Who started whom, from /proc (proc(5)).</summary>
internal static class ProcessTree
{
    private const int ParentField = 1;

    /// <summary>The first child of a process, or null.</summary>
    public static int? ChildOf(int pid)
    {
        var id = pid.ToString(CultureInfo.InvariantCulture);
        var children = TryRead($"/proc/{id}/task/{id}/children");
        if (children is null)
            return ChildByScan(pid);
        var first = children.Split(' ', 2)[0];
        return first.Length == 0 ? null : int.Parse(first, CultureInfo.InvariantCulture);
    }

    // Kernels without CONFIG_PROC_CHILDREN lack the file.
    private static int? ChildByScan(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ParentOf(folder) == parent)
                return pid;
        }

        return null;
    }

    // The name in parentheses may hold anything, spaces and parentheses too: what follows the last one is regular.
    private static int? ParentOf(string folder) => TryRead($"{folder}/stat") is { } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ParentField], CultureInfo.InvariantCulture)
        : null;

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
