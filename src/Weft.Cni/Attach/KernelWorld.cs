using Weft.Cni.Protocol;
using Weft.Netlink;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Cni.Attach;

/// <summary>The kernel's world, seen from the network namespace of the thread that opened it. What is not asked for is not opened.</summary>
public sealed class KernelWorld : IPluginWorld
{
    private readonly bool _mayBeOwn;
    private INetworkStack? _host;
    private KernelNftables? _filter;

    /// <summary>Opens it.</summary>
    /// <param name="mayBeOwn">Whether a pod's namespace may be the plugin's own (CNI_NETNS_OVERRIDE).</param>
    public KernelWorld(bool mayBeOwn = false) => _mayBeOwn = mayBeOwn;

    /// <inheritdoc/>
    public INetworkStack Host => _host ??= KernelNetworkStack.Open();

    /// <inheritdoc/>
    public INftablesDriver Filter => _filter ??= new KernelNftables();

    /// <inheritdoc/>
    public ISysctls Settings { get; } = new KernelSysctls();

    /// <inheritdoc/>
    public IPodWorld? OpenPod(string path)
    {
        try
        {
            var where = NetworkNamespace.Open(path);
            using var own = NetworkNamespace.Current();
            if (!where.Equals(own) || _mayBeOwn)
                return new KernelPod(where);
            where.Dispose();
            throw new CniException(CniErrorCode.InvalidNetns, "plugin's netns and netns from CNI_NETNS should not be the same");
        }
        catch (NetlinkException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (NetlinkException error)
        {
            throw CniException.Internal($"failed to open netns \"{path}\": {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _host?.Dispose();
        _filter?.Dispose();
    }

    private sealed class KernelPod(NetworkNamespace where) : IPodWorld
    {
        public INetworkStack Stack { get; } = KernelNetworkStack.Open(where);

        public ISysctls Settings { get; } = new KernelSysctls(where);

        public void Dispose()
        {
            Stack.Dispose();
            where.Dispose();
        }
    }
}
