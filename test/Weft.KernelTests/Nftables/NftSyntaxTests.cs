using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using Weft.Tests.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>Debian's nft understands what the printer writes, and means the same by it as our encoder.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftSyntaxTests : IDisposable
{
    private readonly KernelNftables _driver = new();

    public static TheoryData<string> Samples => [.. NftSamples.All.Keys];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Nft_lists_the_same_whether_it_loaded_our_text_or_we_wrote_the_bytes(string sample)
    {
        NftTool.SkipUnlessInstalled();
        Assert.SkipWhen(sample is "services", "nft's grammar has no nested lookups");
        var ruleset = NftSamples.All[sample];
        NftTool.Run(input: null, "flush", "ruleset");
        NftTool.Run(NftPrinter.Print(ruleset), "-f", "-");
        var loaded = NftTool.Run(input: null, "-nn", "list", "ruleset");
        NftTool.Run(input: null, "flush", "ruleset");
        _driver.Apply(NftDiff.Between(NftRuleset.Empty, ruleset));
        var written = NftTool.Run(input: null, "-nn", "list", "ruleset");
        Assert.Equal(Sorted(loaded), Sorted(written));
    }

    public void Dispose()
    {
        _driver.Apply(NftDiff.Between(_driver.ReadBack().Ruleset, NftRuleset.Empty));
        _driver.Dispose();
    }

    // Sets and chains are listed in the order of their making.
    private static string Sorted(string listing) =>
        string.Join('\n', listing.Split('\n').Select(line => line.Trim()).Order(StringComparer.Ordinal));
}
