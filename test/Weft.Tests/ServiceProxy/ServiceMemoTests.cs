using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Model;
using static Weft.Tests.ServiceProxy.TestServices;

namespace Weft.Tests.ServiceProxy;

/// <summary>What the compiler remembers changes the time it takes, never the result.</summary>
public sealed class ServiceMemoTests
{
    [Fact]
    public void Nothing_new_is_the_same_compilation()
    {
        var compiler = new ServiceCompiler();
        var cluster = Cluster(Numbered(1), Numbered(2));
        var first = compiler.Compile(cluster, Self);
        Assert.Same(first, compiler.Compile(cluster, Self));
        Assert.Same(first, compiler.Compile(cluster with { Services = cluster.Services.ToEquatableArray() }, Self));
    }

    [Fact]
    public void A_change_of_one_service_keeps_the_references_of_the_others()
    {
        var compiler = new ServiceCompiler();
        var services = Enumerable.Range(0, 100).Select(Numbered).ToArray();
        var before = compiler.Compile(Cluster(services), Self).Table;
        services[50] = services[50] with { Slices = [Slice("svc00050-a", At("10.244.2.9"))] };
        var after = compiler.Compile(Cluster(services), Self).Table;
        Assert.Equal(1, before.Ports.Zip(after.Ports).Count(pair => !ReferenceEquals(pair.First, pair.Second)));
    }

    [Fact]
    public void An_object_written_again_without_a_change_that_matters_keeps_its_ports()
    {
        var compiler = new ServiceCompiler();
        var first = Numbered(1);
        var before = compiler.Compile(Cluster(first), Self).Table;
        var touched = first with { Service = first.Service with { Metadata = first.Service.Metadata with { ResourceVersion = "7" } } };
        Assert.Same(before, compiler.Compile(Cluster(touched), Self).Table);
        var relabelled = Cluster(touched) with { Nodes = [NodeOf(zone: "b")] };
        Assert.Same(before.Ports[0], compiler.Compile(relabelled, Self).Table.Ports[0]);
    }

    [Fact]
    public void Any_sequence_of_snapshots_compiles_as_each_of_them_alone() => Prop.ForAll(
        Gen.ArrayOf(Gen.ArrayOf(RandomObjects, 7), 5).ToArbitrary(),
        snapshots =>
        {
            var compiler = new ServiceCompiler();
            foreach (var snapshot in snapshots)
            {
                var cluster = Cluster([.. snapshot.DistinctBy(objects => objects.Service.Key())]);
                var (remembered, alone) = (compiler.Compile(cluster, Self), ServiceCompiler.CompileOnce(cluster, Self));
                Assert.Equal(alone.Table.Ports, remembered.Table.Ports);
                Assert.Equal(alone, remembered);
            }
        }).QuickCheckThrowOnFailure();

    // Few objects, made once: so that snapshots share references, addresses and names.
    private static readonly ServiceObjects[] Pool = [.. Enumerable.Range(0, 24).Select(Pooled)];

    private static Gen<ServiceObjects> RandomObjects => Gen.Elements(Pool);

    private static ServiceObjects Pooled(int number)
    {
        var service = Service($"svc{number % 8}", $"10.96.0.{(number % 5) + 1}", new ServicePort { Port = 80 + (number % 2), NodePort = 30000 + (number % 3) });
        return new ServiceObjects(
            service with
            {
                Metadata = service.Metadata with { CreationTimestamp = new DateTimeOffset(2026, 1, (number % 4) + 1, 0, 0, 0, TimeSpan.Zero) },
                Spec = service.Spec with { Type = "LoadBalancer", ExternalTrafficPolicy = "Local", HealthCheckNodePort = 31000 + number, ExternalIPs = number % 7 == 0 ? ["10.96.0.1"] : [] },
            },
            [Slice($"s{number}", At($"10.244.2.{number}"), At(number % 6 == 0 ? "127.0.0.1" : "10.244.1.1", Self))]);
    }
}
