using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Model.Links;

namespace Weft.Cni.Attach;

/// <summary>Taking the pod's cable away.</summary>
internal static class PodLinks
{
    /// <summary>Deletes the pod's interface and with it the host's end; failing that, the host's end that ADD told of.</summary>
    public static void Remove(IPluginWorld world, PluginRequest request)
    {
        using var pod = world.Find(request.Netns);
        if (pod is not null && pod.Stack.DeleteLink(request.InterfaceName))
            return;
        foreach (var told in request.Previous?.Interfaces ?? default)
        {
            if (string.IsNullOrEmpty(told.Sandbox) && IsOurs(told, world.Host.FindLink(told.Name)))
                world.Host.DeleteLink(told.Name);
        }
    }

    /// <summary>A random name may have been given again: kind and hardware address tell.</summary>
    private static bool IsOurs(CniInterface told, Link? found) =>
        found is { Kind: VethKind, Address: { } mac } && mac.ToString().Equals(told.Mac, StringComparison.OrdinalIgnoreCase);
}
