using Weft.Compilers;
using Weft.Model.Nftables;
using Weft.Tests.Golden;

namespace Weft.Tests.Compilers;

/// <summary>Walks the folders of <c>Golden</c>: in.yaml goes in; routes.json, nft.txt, cni.json and problems.txt must come out.</summary>
public sealed class GoldenTests
{
    private static readonly GoldenFolder Golden = GoldenFolder.Here();

    public static TheoryData<string> Cases() => Golden.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_compiles_to_its_golden_files(string name)
    {
        var input = YamlCase.Parse(Golden.Read(name));

        var (desired, problems) = NodeCompiler.Compile(input.Cluster, input.Node, input.Host);

        Golden.Check(name, "routes.json", NodeStateText.Routes(desired));
        Golden.Check(name, "nft.txt", NftPrinter.Print(desired.Nftables));
        Golden.Check(name, "cni.json", desired.Cni?.Content ?? "");
        Golden.Check(name, "problems.txt", problems);
    }
}
