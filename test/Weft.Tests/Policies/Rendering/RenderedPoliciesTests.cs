using Weft.Compilers.Offline;
using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes.Client;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Tests.Golden;

namespace Weft.Tests.Policies.Rendering;

/// <summary>What <c>weft render policies</c> prints of the seed's policy, to the letter, and of one of each thing that it has not.</summary>
public sealed class RenderedPoliciesTests
{
    private static readonly GoldenFolder Golden = GoldenFolder.Here();

    [Fact]
    public void The_seeds_policy_is_printed_to_the_letter()
    {
        var table = Check("seed", File.ReadAllText(Checkout.Path("examples", "seed", "networkpolicy.yaml")), File.ReadAllText(Checkout.Path("examples", "policies", "pods.yaml")));
        Golden.Check("seed", "nftables.txt", NftPrinter.Print(NftPolicyProgram.Compile(table)));
    }

    [Fact]
    public void Tiers_named_ports_ranges_and_audit_are_printed() => Check("tiers", Golden.Read("tiers"));

    [Fact]
    public void The_example_shows_the_seeds_own_policy() => Assert.Equal(
        File.ReadAllText(Checkout.Path("examples", "seed", "networkpolicy.yaml")), File.ReadAllText(Checkout.Path("examples", "policies", "networkpolicy.yaml")));

    /// <summary>Compares the words for every node that has something to enforce; the last such table is returned.</summary>
    private static PolicyTable Check(string name, params string[] manifests)
    {
        var cluster = OfflineCluster.From(manifests.SelectMany(text => Manifests.Load(text, name)).Select(manifest => manifest.Object));
        var tables = cluster.Objects.Nodes.Select(node => (Node: node.Metadata.Name, PolicyCompiler.CompileOnce(cluster.Objects, node.Metadata.Name).Table)).Where(node => node.Table.Pods.Count > 0).ToList();
        foreach (var (node, table) in tables)
            Golden.Check(name, $"{node}.txt", PolicyText.Of(table));
        return tables[^1].Table;
    }
}
