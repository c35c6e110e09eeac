using System.Runtime.CompilerServices;
using System.Text;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Tests.Compilers;

namespace Weft.Tests.ServiceProxy;

/// <summary>
/// Walks the folders of <c>Golden</c>: in.yaml goes in; table.txt, nft.txt and problems.txt must come out.
/// <c>WEFT_UPDATE_GOLDEN=1</c> writes them instead; read the difference before you commit it.
/// </summary>
public sealed class GoldenServiceTests
{
    private static readonly string Folder = Path.Combine(SourceFolder(), "Golden");
    private static readonly bool Update = Environment.GetEnvironmentVariable("WEFT_UPDATE_GOLDEN") == "1";

    public static TheoryData<string> Cases() => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_compiles_to_its_golden_files(string name)
    {
        var input = YamlCase.Parse(File.ReadAllText(Path.Combine(Folder, name, "in.yaml")));

        var (table, problems) = ServiceCompiler.CompileOnce(input.Cluster, input.Node);

        Check(name, "table.txt", TextOf(table));
        Check(name, "nft.txt", NftPrinter.Print(NftServiceProgram.Compile(table)));
        Check(name, "problems.txt", string.Concat(problems.Select(problem => $"{problem}\n")));
    }

    private static string TextOf(ServiceTable table)
    {
        var text = new StringBuilder();
        foreach (var port in table.Ports)
        {
            text.Append($"{port.Name} {port.Name.Protocol.ToString().ToUpperInvariant()} {(port.IsV6 ? "IPv6" : "IPv4")}\n");
            foreach (var frontend in port.Frontends)
                text.Append($"  {frontend.Kind} {frontend.Address} {frontend.Port}\n");
            text.Append($"  all    {port.ClusterBackends}\n  local  {port.LocalBackends}\n");
            if (port.RestrictsSources)
                text.Append($"  from   {port.SourceRanges}\n");
            text.Append($"  {(port.InternalLocal ? "internal local " : "")}{(port.ExternalLocal ? "external local " : "")}affinity {port.AffinitySeconds} s\n");
        }

        foreach (var check in table.HealthChecks)
            text.Append($"{check}\n");
        return text.ToString();
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
