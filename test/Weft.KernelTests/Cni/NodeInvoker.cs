using Weft.Cni.Plugins;
using Weft.Cni.Runtime;
using Weft.Netlink.Namespaces;

namespace Weft.KernelTests.Cni;

/// <summary>Runs our plugins on a thread inside of a node's network namespace.</summary>
internal sealed class NodeInvoker(NetworkNamespace node) : IPluginInvoker
{
    public bool Exists(string path) => PluginCatalog.Create(Path.GetFileName(path)) is not null;

    public Task<PluginOutput> InvokeAsync(
        string path, IReadOnlyDictionary<string, string> environment, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        var type = Path.GetFileName(path);
        using var output = new MemoryStream();
        var code = node.Run(() => PluginHost.Run(
            type, PluginCatalog.Create(type)!, environment.GetValueOrDefault, new MemoryStream(input.ToArray()), output, _ => { }));
        return Task.FromResult(new PluginOutput(code, output.ToArray(), ""));
    }
}
