using System.Net;
using Weft.KernelTests.Cni;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Services.Matrix;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Model.Services;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.Oracle;
using Weft.Tests.Policies.TruthTables;
using static Weft.KernelTests.Policies.Traffic.TrafficWorld;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>examples/seed/networkpolicy.yaml, verbatim, clause by clause with real packets.</summary>
/// <remarks>Namespace a is called default; a/x is the database, a/y the frontend, b belongs to the project. Beyond the nodes there are machines of every block.</remarks>
/// <param name="world">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class SeedPolicyTests(TrafficWorld world) : IClassFixture<TrafficWorld>, IDisposable
{
    private const ushort Redis = 6379, Allowed = 5978, OtherPort = 5979;
    private static readonly IpAddress InBlock = IpAddress.Parse("172.17.0.9"), Excepted = IpAddress.Parse("172.17.1.9");
    private static readonly IpAddress Reporting = IpAddress.Parse("10.0.0.7"), Beside = IpAddress.Parse("10.0.1.7");

    private readonly List<PodServer> _servers = [];

    [Fact]
    public void The_database_accepts_its_three_kinds_of_peers_on_its_port_only()
    {
        Begin();
        foreach (var client in (string[])["a/y", "b/x", "b/y", "b/z"])
        {
            foreach (var v6 in (bool[])[false, true])
            {
                Reaches(world.In(client), "db", Of("a/x", v6), port: Redis);
                Denied(world.In(client), Of("a/x", v6), port: OtherPort);
            }

            Denied(world.In(client), Of("a/x", v6: false), L4Protocol.Udp, Redis);
        }

        foreach (var client in (string[])["a/z", "c/x", "c/y"])
            Denied(world.In(client), Of("a/x", v6: false), port: Redis);
    }

    [Fact]
    public void Of_the_block_it_accepts_all_but_the_exception()
    {
        Begin();
        Assert.Equal("db", Ask(InBlock, Redis, expectSilence: false).Pod);
        Assert.Equal(Answer.Silence, Ask(InBlock, OtherPort, expectSilence: true));
        Assert.Equal(Answer.Silence, Ask(Excepted, Redis, expectSilence: true));
        Assert.Equal(Answer.Silence, Ask(Reporting, Redis, expectSilence: true));
    }

    [Fact]
    public void It_opens_one_port_of_one_block_and_nothing_else()
    {
        Begin();
        Serve(world.Nodes.Outside, "outside", Allowed, OtherPort);
        Reaches(world.In("a/x"), "outside", Reporting, port: Allowed);
        Denied(world.In("a/x"), Reporting, port: OtherPort);
        Denied(world.In("a/x"), Beside, port: Allowed);
        Denied(world.In("a/x"), Reporting, L4Protocol.Udp, Allowed);
        foreach (var v6 in (bool[])[false, true])
            Denied(world.In("a/x"), Of("a/y", v6));
        Reaches(world.In("a/y"), "outside", Beside, port: Allowed);
    }

    public void Dispose() => _servers.ForEach(server => server.Dispose());

    private void Begin()
    {
        using (var outside = KernelNetworkStack.Open(world.Nodes.Outside))
        {
            foreach (var address in (IpAddress[])[InBlock, Excepted, Reporting, Beside])
                outside.ReplaceAddress(new InterfaceAddress("lo", address, 32));
            outside.ReplaceRoute(new Route(IpPrefix.Parse("10.244.1.0/24")) { Gateway = world.Nodes.Node(1).Addresses[0] });
        }

        Serve(world.In("a/x"), "db", Redis, OtherPort);
        world.Nodes.Enforce(Seed());
    }

    private void Serve(NetworkNamespace where, string name, ushort first, ushort second) => _servers.Add(new PodServer(where, name, [], first, second));

    private Answer Ask(IpAddress from, ushort port, bool expectSilence)
    {
        using var socket = Caller.Open(world.Nodes.Outside, v6: false, L4Protocol.Tcp);
        socket.Bind(new IPEndPoint(from.ToIPAddress(), 0));
        return Caller.Ask(socket, Of("a/x", v6: false), port, expectSilence);
    }

    private static OracleCluster Seed()
    {
        var cluster = TruthCluster.With(File.ReadAllText(Path.Join(Repository.Root, "examples", "seed", "networkpolicy.yaml")))
            .Relabel("a/x", ("role", "db")).Relabel("a/y", ("role", "frontend")).RelabelNamespace("b", ("project", "myproject"));
        return cluster with
        {
            Pods = cluster.Pods.Select(pod => pod.Metadata.Namespace == "a" ? pod with { Metadata = pod.Metadata with { Namespace = "default" } } : pod).ToEquatableArray(),
        };
    }
}
