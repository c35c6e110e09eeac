using System.Runtime.CompilerServices;
using Weft.Compilers;
using Weft.Model.Nftables;

namespace Weft.Tests.Compilers;

/// <summary>
/// Walks the folders of <c>Golden</c>: in.yaml goes in; routes.json, nft.txt, cni.json and problems.txt must come out.
/// <c>WEFT_UPDATE_GOLDEN=1</c> writes them instead; read the difference before you commit it.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(SourceFolder(), "Golden");
    private static readonly bool Update = Environment.GetEnvironmentVariable("WEFT_UPDATE_GOLDEN") == "1";

    public static TheoryData<string> Cases() => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_compiles_to_its_golden_files(string name)
    {
        var input = YamlCase.Parse(File.ReadAllText(Path.Combine(Folder, name, "in.yaml")));

        var (desired, problems) = NodeCompiler.Compile(input.Cluster, input.Node, input.Host);

        Check(name, "routes.json", NodeStateText.Routes(desired));
        Check(name, "nft.txt", NftPrinter.Print(desired.Nftables));
        Check(name, "cni.json", desired.Cni?.Content ?? "");
        Check(name, "problems.txt", string.Concat(problems.Select(problem => $"{problem}\n")));
    }

    private static void Check(string name, string file, string actual)
    {
        var path = Path.Combine(Folder, name, file);
        if (Update)
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
