using Weft.Cni.Protocol;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;

namespace Weft.Cni.Attach;

/// <summary>What a plugin works on: the host's network stack, packet filter and kernel settings, and the pods' namespaces.</summary>
public interface IPluginWorld : IDisposable
{
    /// <summary>The host's links, addresses and routes.</summary>
    INetworkStack Host { get; }

    /// <summary>The host's packet filter.</summary>
    INftablesDriver Filter { get; }

    /// <summary>The host's settings.</summary>
    ISysctls Settings { get; }

    /// <summary>Opens a pod's namespace; null when there is nothing at that path.</summary>
    /// <exception cref="CniException">It is no network namespace, or the plugin's own (<see cref="CniErrorCode.InvalidNetns"/>).</exception>
    IPodWorld? OpenPod(string path);
}

/// <summary>A pod's network namespace.</summary>
public interface IPodWorld : IDisposable
{
    /// <summary>Its links, addresses and routes.</summary>
    INetworkStack Stack { get; }

    /// <summary>Its settings.</summary>
    ISysctls Settings { get; }
}
