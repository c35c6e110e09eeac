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
    private readonly INftablesDriver? _filter = null;

    /// <summary>Opens it.</summary>
    /// <param name="mayBeOwn">Whether a pod's namespace may be the plugin's own (CNI_NETNS_OVERRIDE).</param>
    public KernelWorld(bool mayBeOwn = false) => _mayBeOwn = mayBeOwn;

    /// <inheritdoc/>
    public INetworkStack Host => _host ??= KernelNetworkStack.Open();

    /// <inheritdoc/>
    public INftablesDriver Filter => _filter ?? throw new CniException(CniErrorCode.UnsupportedField, "ipMasq and spoofCheck wait for the packet filter driver");

    /// <inheritdoc/>
    public IKernelSettings Settings { get; } = new KernelSettings(where: null);

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
    }

    private sealed class KernelPod(NetworkNamespace where) : IPodWorld
    {
        public INetworkStack Stack { get; } = KernelNetworkStack.Open(where);

        public IKernelSettings Settings { get; } = new KernelSettings(where);

        public void Dispose()
        {
            Stack.Dispose();
            where.Dispose();
        }
    }

    /// <summary>/proc/sys/net shows the namespace of the thread that opens the file.</summary>
    private sealed class KernelSettings(NetworkNamespace? where) : IKernelSettings
    {
        public string? Read(string name) => where is null ? ReadHere(name) : where.Run(ReadHere, name);

        public bool TryWrite(string name, string value) => where is null ? WriteHere((name, value)) : where.Run(WriteHere, (name, value));

        private static string? ReadHere(string name)
        {
            var path = PathOf(name);
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd() : null;
        }

        private static bool WriteHere((string Name, string Value) setting)
        {
            try
            {
                using var file = new FileStream(PathOf(setting.Name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                file.Write(System.Text.Encoding.ASCII.GetBytes(setting.Value));
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        private static string PathOf(string name) => $"/proc/sys/net/{name}";
    }
}
