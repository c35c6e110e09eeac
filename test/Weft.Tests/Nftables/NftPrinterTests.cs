using Weft.Model.Nftables;
using Weft.Tests.Golden;

namespace Weft.Tests.Nftables;

/// <summary>The printed form of every sample is that of its golden folder; WEFT_GOLDEN=rewrite writes the folders anew.</summary>
public sealed class NftPrinterTests
{
    public static TheoryData<string> Samples => [.. NftSamples.All.Keys, "affinity"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_prints_as_its_golden_file(string sample)
    {
        var text = NftPrinter.Print(NftSamples.All.GetValueOrDefault(sample) ?? NftSamples.Affinity);
        GoldenFolder.Here().Check(sample, "nft.txt", text);
    }
}
