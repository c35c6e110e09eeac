namespace Weft.Cni.Attach;

/// <summary>Tells whether an executable is the one that runs here, under another of its names.</summary>
internal static class OwnBinary
{
    /// <summary>The first executable of that name in the search path, or null.</summary>
    public static string? Find(string name, string searchPath)
    {
        foreach (var directory in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.Join(directory, name);
            if (!name.Contains('/') && File.Exists(path))
                return path;
        }

        return null;
    }

    /// <summary>Whether the path leads to the running binary, by links of either sort.</summary>
    public static bool Is(string path) => Environment.ProcessPath is { } own && Netlink.Libc.FilePaths.AreSame(path, own);
}
