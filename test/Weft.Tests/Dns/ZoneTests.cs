using Weft.Compilers.Dns;
using Weft.Compilers.Offline;
using Weft.Kubernetes.Client;
using Weft.Model.Dns;
using Weft.Tests.Golden;

namespace Weft.Tests.Dns;

/// <summary>The names of clusters. Walks the folders of <c>Golden</c>: in.yaml goes in, zone.txt must come out.</summary>
public sealed class ZoneTests
{
    private static readonly GoldenFolder Golden = GoldenFolder.Here();
    private static readonly ClusterRecords Records = new(DnsName.Parse("cluster.local"), 5);

    public static TheoryData<string> Cases() => Golden.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Services_have_the_records_of_the_specification(string name)
    {
        var (table, problems) = DnsCompiler.CompileOnce(Load(name).Objects);
        Golden.Check(name, "zone.txt", Records.Of(table));
        Golden.Check(name, "problems.txt", problems);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_compiled_step_by_step_is_the_same(string name)
    {
        var cluster = Load(name).Objects;
        var compiler = new DnsCompiler();
        for (var count = 0; count <= cluster.Services.Count; count++)
        {
            var part = cluster with { Services = [.. cluster.Services.Take(count)] };
            Assert.Equal(DnsCompiler.CompileOnce(part), compiler.Compile(part));
        }

        for (var count = 0; count <= cluster.Services.Count; count++)
        {
            var part = cluster with { Services = [.. cluster.Services.Skip(count)] };
            Assert.Equal(DnsCompiler.CompileOnce(part), compiler.Compile(part));
        }

        Assert.Same(compiler.Compile(cluster).Table, compiler.Compile(cluster).Table);
    }

    [Fact]
    public void Addresses_are_looked_up_under_their_reverse_names()
    {
        Assert.Equal("10.0.96.10.in-addr.arpa.", ClusterRecords.ReverseOf(Model.IpAddress.Parse("10.96.0.10")).ToString());
        Assert.Equal("a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.d.f.ip6.arpa.", ClusterRecords.ReverseOf(Model.IpAddress.Parse("fd96::a")).ToString());
    }

    private static OfflineCluster Load(string name) => OfflineCluster.From(Manifests.Load(Golden.Read(name)).Select(manifest => manifest.Object));
}
