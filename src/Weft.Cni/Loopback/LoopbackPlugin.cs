using Weft.Cni.Attach;
using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model;
using Weft.Model.Links;

namespace Weft.Cni.Loopback;

/// <summary>loopback: switches the pod's <c>lo</c> on.</summary>
/// <param name="open">Opens what the plugin works on.</param>
public sealed class LoopbackPlugin(Func<IPluginWorld> open) : ICniPlugin
{
    /// <summary>The plugin's <c>type</c>.</summary>
    public const string Type = "loopback";

    private const string Device = "lo";

    /// <inheritdoc/>
    public CniResult Add(PluginRequest request)
    {
        using var world = open();
        using var pod = world.Require(request.Netns);
        pod.Stack.ChangeLink(Device, new LinkChange { Up = true });
        var addresses = pod.Stack.Addresses(Device);
        foreach (var address in addresses)
        {
            if (!address.Address.IsLoopback)
                throw CniException.Internal($"loopback interface found with non-loopback address \"{address.Address}\"");
        }

        return request.Previous ?? new CniResult
        {
            Interfaces = [new CniInterface(Device) { Mac = "00:00:00:00:00:00", Sandbox = request.Netns }],
            Addresses = addresses.Select(each => new CniAddress(each.Address, each.PrefixLength) { Interface = 0 }).ToEquatableArray(),
        };
    }

    /// <inheritdoc/>
    public void Check(PluginRequest request)
    {
        using var world = open();
        using var pod = world.Require(request.Netns);
        if (pod.Stack.FindLink(Device) is not { Up: true })
            throw CniException.Internal("loopback interface is down");
    }

    /// <inheritdoc/>
    public void Delete(PluginRequest request)
    {
        using var world = open();
        using var pod = world.Find(request.Netns);
        pod?.Stack.ChangeLink(Device, new LinkChange { Up = false });
    }

    /// <inheritdoc/>
    public void CollectGarbage(PluginRequest request)
    {
        // Nothing outlives the pod's namespace.
    }

    /// <inheritdoc/>
    public void Status(PluginRequest request)
    {
        // Every kernel has a loopback.
    }
}
