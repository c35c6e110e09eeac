using Weft.Cni.Protocol;

namespace Weft.Cni.Attach;

/// <summary>How the commands treat a namespace that is not there.</summary>
internal static class PodNamespaces
{
    /// <summary>The pod's namespace, which ADD and CHECK need.</summary>
    public static IPodWorld Require(this IPluginWorld world, string path) =>
        world.OpenPod(path) ?? throw CniException.Internal($"failed to open netns \"{path}\": no such file or directory");

    /// <summary>The pod's namespace, or null when DEL finds it gone already.</summary>
    public static IPodWorld? Find(this IPluginWorld world, string path) => path.Length == 0 ? null : world.OpenPod(path);
}
