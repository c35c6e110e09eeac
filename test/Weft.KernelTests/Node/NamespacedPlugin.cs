using Weft.Cni.Plugins;
using Weft.Cni.Protocol;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Node;

/// <summary>A plugin of ours that works in a node's network namespace, as if a runtime of that node had started it.</summary>
internal sealed class NamespacedPlugin(ICniPlugin plugin, NetworkNamespace node) : ICniPlugin
{
    public CniResult Add(PluginRequest request) => node.Run(() => plugin.Add(request));

    public void Check(PluginRequest request) => node.Run(() => plugin.Check(request));

    public void Delete(PluginRequest request) => node.Run(() => plugin.Delete(request));

    public void CollectGarbage(PluginRequest request) => node.Run(() => plugin.CollectGarbage(request));

    public void Status(PluginRequest request) => node.Run(() => plugin.Status(request));
}
