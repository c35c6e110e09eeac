using System.Reflection;

namespace Weft.Lab;

/// <summary>Where the built programs lie: <c>weft/</c> (this program), <c>cni/</c> (plugins) and <c>native/</c> side by side.</summary>
/// <param name="Root">The folder that holds the three.</param>
public sealed record Installation(string Root)
{
    /// <summary>The installation that this process was started from; <c>WEFT_INSTALLATION</c> overrides it.</summary>
    public static Installation Current { get; } = new(
        Environment.GetEnvironmentVariable("WEFT_INSTALLATION")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..")));

    /// <summary>Version and commit, as <c>0.1.0+abc1234</c>.</summary>
    public static string Version { get; } =
        typeof(Installation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The managed program, run by <see cref="Dotnet"/>.</summary>
    public string WeftDll => Path.Combine(Root, "weft", "weft.dll");

    /// <summary>The folder with one entry per CNI plugin name.</summary>
    public string CniBinDir => Path.Combine(Root, "cni");

    /// <summary>The native binary that is init, container launcher and stand-in.</summary>
    public string PodBinary => Path.Combine(Root, "native", "weft-pod");

    /// <summary>The .NET host that runs this process.</summary>
    public string Dotnet { get; } = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet"
        ? path
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>What is missing of it, or null when it is whole.</summary>
    public string? Missing() =>
        new[] { WeftDll, Path.Combine(CniBinDir, "bridge"), PodBinary }.FirstOrDefault(file => !File.Exists(file));
}
