using Weft.Model;
using Weft.Model.Dns;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Dns;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>A node that answers cluster DNS: addresses and rules as the agent puts them, and programs that say who was asked.</summary>
internal sealed class NodeDns : IDisposable
{
    /// <summary>A port on which its programs listen, too, though no client has any business there.</summary>
    public const ushort OtherPort = 54;

    private readonly KernelNetworkStack _network;
    private readonly KernelNftables _filter;
    private readonly DnsPlace _place;
    private readonly List<PodServer> _servers;

    public NodeDns(NetworkNamespace node, string name, EquatableArray<IpAddress> addresses)
    {
        _network = KernelNetworkStack.Open(node);
        _filter = node.Run(() => new KernelNftables());
        _place = new DnsPlace(_network, _filter);
        _place.Put(addresses);
        _servers = [.. addresses.Select(address => new PodServer(node, name, [], NodeLocalDns.Port, OtherPort, address))];
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
        _place.Put([]);
        _filter.Dispose();
        _network.Dispose();
    }
}
