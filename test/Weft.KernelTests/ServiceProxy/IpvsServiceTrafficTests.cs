using System.Runtime.CompilerServices;
using Weft.Compilers.Services.Ipvs;
using Weft.KernelTests.Node;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Ipvs;
using Weft.Tests.Targets;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>Real connections through the ipvs target.</summary>
[Trait("vm", "only")]
public sealed class IpvsServiceTrafficTests : ServiceTrafficContract
{
    [Theory]
    [InlineData("external")]
    [InlineData("source-ranges")]
    [InlineData("affinity")]
    [InlineData("ipv6")]
    public void A_later_process_adopts_what_it_finds_and_removes_it(string name)
    {
        using var underlay = new Underlay();
        using var node = new TestNode(underlay, 1, 0);
        var table = SampleTables.All[name];
        using (var proxy = Open(node))
            Assert.Empty(proxy.Sync(table).Problems);
        using var later = Open(node);
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(table));
        later.Remove();
        Assert.Empty(node.Filter.ReadBack().Ruleset.Tables);
        Assert.Empty(node.Stack.Routes(new RouteFilter { Protocol = IpvsPlan.RouteProtocol }));
        using var ipvs = KernelIpvs.Open(node.Namespace);
        Assert.Empty(ipvs.Read());
    }

    private protected override Action<TestNode, ServiceTable> Programmer()
    {
        var proxies = new ConditionalWeakTable<TestNode, IpvsProxy>();
        return (node, table) => Assert.Empty(proxies.GetValue(node, Open).Sync(table).Problems);
    }

    private static IpvsProxy Open(TestNode node) => new(() => new IpvsKernel(
        KernelNetworkStack.Open(node.Namespace),
        node.Namespace.Run(() => new KernelNftables()),
        new KernelSysctls(node.Namespace),
        () => KernelIpvs.Open(node.Namespace)));
}
