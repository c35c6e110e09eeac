using FsCheck;
using FsCheck.Fluent;
using Weft.Model.Nodes;
using Weft.Model.Links;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node.Drivers;
using Weft.Tests.Compilers;

namespace Weft.KernelTests.Node;

/// <summary>What holds for the node in memory holds for the kernel's: plans lead from any state to any other.</summary>
public sealed class KernelNodeContract
{
    [Fact]
    public void A_plan_leads_from_any_state_to_any_other_and_reads_back_as_it_was_meant()
    {
        var pairs = from first in RandomCluster.Any from second in RandomCluster.Any select (first, second);
        Prop.ForAll(pairs.ToArbitrary(), pair => Check(pair.first, pair.second)).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static void Check(RandomCluster first, RandomCluster second)
    {
        var folder = Directory.CreateTempSubdirectory("weft-contract-").FullName;
        using var where = NetworkNamespace.Create();
        using var stack = KernelNetworkStack.Open(where);
        using var filter = where.Run(() => new KernelNftables());
        stack.CreateVeth(new VethSpec("eth0", "peer"));
        foreach (var address in first.Host.Links.Single(link => link.Name == "eth0").Addresses)
            stack.AddAddress(new InterfaceAddress("eth0", address.Address, address.PrefixLength) { NoDad = address.Address.IsV6 });
        var node = new KernelNode(RandomCluster.Self, stack, filter, new KernelSysctls(where), new CniFolder(folder, folder));
        foreach (var desired in (NodeState[])[first.Compile().Desired, second.Compile().Desired, first.Compile().Desired])
        {
            var outcome = node.Apply(NodeDiff.Between(node.Read(desired), desired));
            Assert.Empty(outcome.Problems);
            Assert.Empty(NodeDiff.Between(node.Read(desired), desired));
        }

        Directory.Delete(folder, recursive: true);
    }
}
