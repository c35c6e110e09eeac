using Weft.Cni.HostLocal;

namespace Weft.Cni.Plugins;

/// <summary>The plugins of this library by their types.</summary>
public static class PluginCatalog
{
    /// <summary>Every type, in alphabetical order.</summary>
    public static IReadOnlyList<string> Types { get; } = [HostLocalPlugin.Type];

    /// <summary>Makes the plugin of a type, or null when there is none.</summary>
    public static ICniPlugin? Create(string type) => type switch
    {
        HostLocalPlugin.Type => new HostLocalPlugin(),
        _ => null,
    };
}
