using Weft.Cni.Attach;
using Weft.Cni.Bridge;
using Weft.Cni.HostLocal;
using Weft.Cni.Loopback;
using Weft.Cni.Policy;
using Weft.Cni.Ptp;

namespace Weft.Cni.Plugins;

/// <summary>The plugins of this library by their types.</summary>
public static class PluginCatalog
{
    /// <summary>Every type, in alphabetical order.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        BridgePlugin.Type, HostLocalPlugin.Type, LoopbackPlugin.Type, PtpPlugin.Type, PolicedPlugin.BridgeType, PolicyPlugin.Type, PolicedPlugin.PtpType,
    ];

    /// <summary>Makes the plugin of a type for the kernel that it runs on, or null when there is none.</summary>
    public static ICniPlugin? Create(string type) => Create(type, OpenKernel);

    /// <summary>Makes the plugin of a type for some other world, or null when there is none.</summary>
    public static ICniPlugin? Create(string type, Func<IPluginWorld> open) => type switch
    {
        BridgePlugin.Type => new BridgePlugin(open),
        HostLocalPlugin.Type => new HostLocalPlugin(),
        LoopbackPlugin.Type => new LoopbackPlugin(open),
        PtpPlugin.Type => new PtpPlugin(open),
        PolicedPlugin.BridgeType => PolicedPlugin.Bridge(open),
        PolicyPlugin.Type => new PolicyPlugin(open),
        PolicedPlugin.PtpType => PolicedPlugin.Ptp(open),
        _ => null,
    };

    private static KernelWorld OpenKernel() => new(mayBeOwn: Environment.GetEnvironmentVariable("CNI_NETNS_OVERRIDE")?.ToUpperInvariant() is "1" or "TRUE");
}
