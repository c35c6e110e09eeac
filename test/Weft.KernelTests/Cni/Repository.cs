namespace Weft.KernelTests.Cni;

/// <summary>Files of the repository that tests read.</summary>
internal static class Repository
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built plugins, one entry per name; null where they were not built.</summary>
    public static string? PluginDirectory { get; } = FindPlugins();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "weft.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"no repository above {AppContext.BaseDirectory}");
        return folder;
    }

    private static string? FindPlugins()
    {
        var built = Environment.GetEnvironmentVariable("WEFT_CNI_BIN") ?? Path.Join(Root, "artifacts", "run", "cni");
        return File.Exists(Path.Join(built, "bridge")) ? built : null;
    }
}
