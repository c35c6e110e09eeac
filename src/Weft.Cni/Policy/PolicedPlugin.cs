using Weft.Cni.Attach;
using Weft.Cni.Bridge;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Cni.Ptp;

namespace Weft.Cni.Policy;

/// <summary>
/// weft-ptp and weft-bridge: ptp or bridge with weft-policy in one call. Nobody can reach a pod before the kernel has its policies, and the agent brings them
/// while the interface is made, which costs an ADD less than a plugin of its own behind another.
/// </summary>
/// <remarks>Types of their own and no key of ptp and bridge: plugins of others, and older ones, would ignore the key; a type that is missing fails the ADD.</remarks>
public sealed class PolicedPlugin : ICniPlugin
{
    /// <summary>The <c>type</c> of ptp with policies.</summary>
    public const string PtpType = "weft-ptp";

    /// <summary>The <c>type</c> of bridge with policies.</summary>
    public const string BridgeType = "weft-bridge";

    private readonly ICniPlugin _device;
    private readonly PolicyPlugin _policy;

    private PolicedPlugin(ICniPlugin device, Func<IPluginWorld> open) => (_device, _policy) = (device, new PolicyPlugin(open));

    /// <summary>weft-ptp.</summary>
    public static PolicedPlugin Ptp(Func<IPluginWorld> open) => new(new PtpPlugin(open, isPoliced: true), open);

    /// <summary>weft-bridge.</summary>
    public static PolicedPlugin Bridge(Func<IPluginWorld> open) => new(new BridgePlugin(open, isPoliced: true), open);

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request) => _device.Add(request);

    /// <inheritdoc/>
    public void Check(PluginRequest request)
    {
        _policy.Check(request);
        _device.Check(request);
    }

    /// <inheritdoc/>
    /// <remarks>The pod is held to its policies, or isolated, as long as there is a way to it.</remarks>
    public void Delete(PluginRequest request) => Teardown.Run(() => _device.Delete(request), () => _policy.Delete(request));

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request) => _device.CollectGarbage(request);

    /// <inheritdoc/>
    public void Status(PluginRequest request)
    {
        _device.Status(request);
        _policy.Status(request);
    }
}
