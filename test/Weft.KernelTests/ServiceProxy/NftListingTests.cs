using System.Text.Json.Nodes;
using Weft.Compilers.Services.Ipvs;
using Weft.Compilers.Services.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;
using Weft.Tests.Targets;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>Whoever looks for a fault with Debian's nft sees our rules: it lists them all, and does not stumble over them.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftListingTests : IDisposable
{
    private readonly KernelNftables _driver = new();

    public NftListingTests() => _driver.Apply(NftDiff.Between(_driver.ReadBack().Ruleset, NftRuleset.Empty));

    public static TheoryData<string> Samples => [.. SampleTables.All.Keys, "everything"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nft_lists_the_rules_of_the_nftables_target(string sample) => CheckListing(NftServiceProgram.Compile(TableOf(sample)));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nft_lists_the_rules_beside_ipvs(string sample) =>
        CheckListing(IpvsCompiler.Compile(TableOf(sample), new IpvsNode([IpAddress.Parse("172.30.0.11"), IpAddress.Parse("fd30::11")])).Rules);

    public void Dispose()
    {
        _driver.Apply(NftDiff.Between(_driver.ReadBack().Ruleset, NftRuleset.Empty));
        _driver.Dispose();
    }

    private void CheckListing(NftRuleset ruleset)
    {
        NftTool.SkipUnlessInstalled();
        _driver.Apply(NftDiff.Between(NftRuleset.Empty, ruleset));
        var text = NftTool.Run(input: null, "list", "ruleset");
        var rules = RulesByChain(NftTool.Run(input: null, "-j", "list", "ruleset"));
        foreach (var table in NftGuards.Complete(ruleset).Tables)
        {
            Assert.Contains($"table {table.Id} {{", text, StringComparison.Ordinal);
            NftTool.Run(input: null, ["list", "table", .. table.Id.ToString().Split(' ')]);
            foreach (var chain in table.Chains)
            {
                Assert.Contains($"\tchain {chain.Name} {{", text, StringComparison.Ordinal);
                Assert.Equal(chain.Rules.Count, rules.GetValueOrDefault($"{table.Id} {chain.Name}"));
            }
        }
    }

    private static Dictionary<string, int> RulesByChain(string json) => JsonNode.Parse(json)!["nftables"]!.AsArray()
        .Select(item => item!["rule"])
        .OfType<JsonNode>()
        .CountBy(rule => $"{rule["family"]} {rule["table"]} {rule["chain"]}")
        .ToDictionary();

    private static ServiceTable TableOf(string sample) => sample != "everything" ? SampleTables.All[sample] : SampleTables.All["cluster-ip"] with
    {
        Ports = SampleTables.All.Values.SelectMany(table => table.Ports).DistinctBy(port => (port.Name, port.IsV6)).ToEquatableArray(),
    };
}
