using Weft.Model.Links;
using Weft.Netlink;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Tests.Netlink.Ipvs;

namespace Weft.KernelTests.Netlink;

/// <summary>The kernel keeps the contract. In the virtual machine: few kernels that tests run on have IPVS.</summary>
[Trait("vm", "only")]
public sealed class KernelIpvsTests : IpvsContract, IDisposable
{
    private readonly NetworkNamespace _where = NetworkNamespace.Create();
    private readonly KernelIpvs _ipvs;

    // Without any address a namespace has no table of local routes, and IPVS takes no real server (inet_addr_type).
    public KernelIpvsTests()
    {
        using var network = KernelNetworkStack.Open(_where);
        network.ChangeLink("lo", new LinkChange { Up = true });
        _ipvs = KernelIpvs.Open(_where);
    }

    protected override IIpvs Ipvs => _ipvs;

    public void Dispose()
    {
        _ipvs.Dispose();
        _where.Dispose();
    }
}
