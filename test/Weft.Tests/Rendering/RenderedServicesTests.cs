using Weft.Compilers.Offline;
using Weft.Compilers.Rendering;
using Weft.Compilers.Services;
using Weft.Compilers.Tracing;
using Weft.Kubernetes.Client;
using Weft.Tests.Golden;

namespace Weft.Tests.Rendering;

/// <summary>What <c>weft render services</c> prints. Walks the folders of <c>Golden</c>: in.yaml goes in; a text for each target must come out.</summary>
public sealed class RenderedServicesTests
{
    private static readonly GoldenFolder Golden = GoldenFolder.Here();

    public static TheoryData<string> Cases() => Golden.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Manifests_are_printed_for_every_target(string name)
    {
        var cluster = OfflineCluster.From(Manifests.Load(Golden.Read(name)).Select(manifest => manifest.Object));
        var (table, problems) = ServiceCompiler.CompileOnce(cluster.Objects, "node1");
        var addresses = TraceMap.AddressesOf(cluster.Objects.Nodes.First(node => node.Metadata.Name == "node1"));
        foreach (var target in RenderedServices.Targets)
            Golden.Check(name, target == "json" ? "services.json" : $"{target}.txt", RenderedServices.Of(target, table, "node1", addresses));
        Golden.Check(name, "notes.txt", [.. cluster.Notes, .. problems]);
    }
}
