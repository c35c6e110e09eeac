using Weft.KernelTests.Services;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Iptables;
using Weft.Tests.Targets;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>The host's iptables prints what was written as it was written, so that a later process knows it again.</summary>
public sealed class IptablesProxyStateTests : IDisposable
{
    private readonly NetworkNamespace _node = NetworkNamespace.Create();

    public static TheoryData<string, string> Cases() =>
        new(SampleTables.All.Keys.Where(name => !Sctp(SampleTables.All[name])).SelectMany(name => new[] { ("nft", name), ("legacy", name) }));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_later_process_adopts_what_it_finds_and_removes_it(string variant, string name)
    {
        IptablesVariant.SkipUnlessItWorks(variant);
        var table = SampleTables.All[name];
        var iptables = new NamespacedIptables(new IptablesCommands(variant), _node);
        using (var proxy = new IptablesProxy(iptables))
            Assert.Empty(proxy.Sync(table).Problems);

        using var later = new IptablesProxy(iptables);
        Assert.Equal(new ProxyOutcome(0, Drift: false, []), later.Sync(table));

        later.Remove();
        Assert.DoesNotContain("KUBE-", iptables.Save(isV6: false) + iptables.Save(isV6: true), StringComparison.Ordinal);
    }

    public void Dispose() => _node.Dispose();

    private static bool Sctp(ServiceTable table) => table.Ports.Any(port => port.Name.Protocol == L4Protocol.Sctp);
}
