using System.Text;
using Weft.Compilers.Services.Nftables;
using Weft.Compilers.Services;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Tests.Compilers;
using Weft.Tests.Golden;

namespace Weft.Tests.ServiceProxy;

/// <summary>Walks the folders of <c>Golden</c>: in.yaml goes in; table.txt, nft.txt and problems.txt must come out.</summary>
public sealed class GoldenServiceTests
{
    private static readonly GoldenFolder Golden = GoldenFolder.Here();

    public static TheoryData<string> Cases() => Golden.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_compiles_to_its_golden_files(string name)
    {
        var input = YamlCase.Parse(Golden.Read(name));

        var (table, problems) = ServiceCompiler.CompileOnce(input.Cluster, input.Node);

        Golden.Check(name, "table.txt", TextOf(table));
        Golden.Check(name, "nft.txt", NftPrinter.Print(NftServiceProgram.Compile(table)));
        Golden.Check(name, "problems.txt", problems);
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
}
