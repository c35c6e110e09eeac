using Weft.KernelTests.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.TruthTables;

namespace Weft.KernelTests.Policies.TruthTables;

/// <summary>Some of the cases with pods on a bridge of their node: frames between two of them take no route, and are judged by way of br_netfilter.</summary>
/// <param name="fixture">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class BridgedTruthTableTests(BridgedTruthTableTests.Fixture fixture) : IClassFixture<BridgedTruthTableTests.Fixture>
{
    private static readonly TruthTarget[] WithoutSctp = [.. TruthTarget.All.Where(target => target.Protocol != L4Protocol.Sctp)];

    public static TheoryData<string> Names => [.. TruthCases.Sample(oneIn: 10)];

    [Theory, MemberData(nameof(Names))]
    public void Connections_pass_as_the_table_says(string name)
    {
        Assert.SkipUnless(fixture.World is not null, "this kernel has no br_netfilter (CONFIG_BRIDGE_NETFILTER), or its net.bridge.bridge-nf-call-iptables is 0");
        fixture.World!.Check(TruthCases.Of(name), WithoutSctp);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        /// <summary>Null where the kernel cannot.</summary>
        internal TruthWorld? World { get; private set; }

        public async ValueTask InitializeAsync()
        {
            using var probe = NetworkNamespace.Create();
            var sysctls = new KernelSysctls(probe);
            if (sysctls.Read("net/bridge/bridge-nf-call-iptables") == "1" && sysctls.Read("net/bridge/bridge-nf-call-ip6tables") == "1")
                World = await TruthWorld.CreateAsync("bridge");
        }

        public ValueTask DisposeAsync()
        {
            World?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
