namespace Weft.KernelTests.Cni;

/// <summary>Files of the repository that tests read.</summary>
internal static class Repository
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where the built plugins lie, one entry per name.</summary>
    public static string PluginDirectory { get; } =
        Path.Join(Environment.GetEnvironmentVariable("WEFT_INSTALLATION") ?? Path.Join(Root, "artifacts", "run", "current"), "cni");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "weft.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"no repository above {AppContext.BaseDirectory}");
        return folder;
    }
}
