using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Weft.KernelTests.Node;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Namespaces;
using Weft.Tests.Client.Upstream;

namespace Weft.KernelTests.Dns;

/// <summary>The whole agent as cluster DNS, with a kernel and a server that behaves as kube-apiserver.</summary>
public sealed class DnsAgentTests(ITestOutputHelper output)
{
    private const string Name = "web.default.svc.cluster.local";
    private static readonly IpAddress Local = NodeLocalDns.Of(v6: false), ClusterIp = IpAddress.Parse("10.96.0.10");

    [Fact]
    public async Task Queries_of_pods_and_of_the_node_are_answered_at_every_address_and_never_tracked()
    {
        await using var server = await StartAsync();
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        using var pod = new Pod();
        foreach (var address in new[] { Local, ClusterIp })
        {
            using var fromNode = new DnsClientSocket(address);
            using var fromPod = new DnsClientSocket(address, pod.Namespace);
            fromNode.Until(Name, "10.96.0.77");
            fromPod.Until(Name, "10.96.0.77");
        }

        // The tables of Services track everything else: what a query to another address of the node leaves is the proof.
        using var flows = new KernelConntrack();
        pod.Send(IpAddress.Parse(Pod.Gateway), 5353);
        Assert.NotEmpty(flows.Find(new FlowFilter { OriginalDestination = IpAddress.Parse(Pod.Gateway) }));
        Assert.Empty(flows.Find(new FlowFilter { OriginalDestination = Local }));
        Assert.Empty(flows.Find(new FlowFilter { OriginalDestination = ClusterIp }));
    }

    [Fact]
    public async Task The_service_of_cluster_dns_comes_and_goes_with_its_address()
    {
        await using var server = await StartAsync();
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        using var network = KernelNetworkStack.Open();
        using (var client = new DnsClientSocket(ClusterIp))
            client.Until(Name, "10.96.0.77");
        server.Store.Delete(UpstreamServer.Services, "kube-system", "kube-dns");
        await agent.UntilAsync(() => !Has(network, ClusterIp), "the end of the address");
        Assert.True(Has(network, Local));
        server.Store.Put(UpstreamServer.Services, "kube-system", Service("kube-dns", "10.96.0.11", 53));
        using var other = new DnsClientSocket(IpAddress.Parse("10.96.0.11"));
        other.Until(Name, "10.96.0.77");
    }

    [Fact(Explicit = true)]
    public async Task Time_from_the_event_to_the_answer()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 1000; i++)
            server.Store.Put(UpstreamServer.Services, "default", Service($"s{i}", $"10.97.{i / 250}.{(i % 250) + 1}", 80));
        await using var agent = new ForeignAgent();
        agent.Start(server.Config);
        using var client = new DnsClientSocket(Local);
        client.Until(Name, "10.96.0.77");
        var times = new List<double>();
        for (var round = 0; round < 200; round++)
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"10.96.{1 + (round / 200)}.{1 + (round % 200)}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
            var started = Stopwatch.GetTimestamp();
            server.Store.Put(UpstreamServer.Services, "default", Service("web", address, 80));
            client.Until(Name, address);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a changed Service of 1,000 is answered after {times[times.Count / 2]:F1} ms (median), {times[times.Count * 99 / 100]:F1} ms (99 of 100), {times[^1]:F1} ms (longest)"));
    }

    private static bool Has(KernelNetworkStack network, IpAddress address) => network.Addresses("lo").Any(present => present.Address == address);

    internal static async Task<UpstreamServer> StartAsync(int port = 0)
    {
        var server = await (port == 0 ? UpstreamServer.StartAsync() : UpstreamServer.StartAsync(new(), port));
        ForeignAgent.Describe(server.Store);
        server.Store.Put(UpstreamServer.Services, "kube-system", Service("kube-dns", ClusterIp.ToString(), 53));
        server.Store.Put(UpstreamServer.Services, "default", Service("web", "10.96.0.77", 80));
        return server;
    }

    private static JsonObject Service(string name, string address, int port) => new()
    {
        ["kind"] = "Service",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = address,
            ["clusterIPs"] = new JsonArray(address),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "main", ["port"] = port, ["protocol"] = port == 53 ? "UDP" : "TCP" }),
        },
    };

    /// <summary>A namespace with a cable to the one that the tests run in, whose other end is its gateway.</summary>
    private sealed class Pod : IDisposable
    {
        public const string Gateway = "172.27.0.1", Address = "172.27.0.2";
        private readonly KernelNetworkStack _home = KernelNetworkStack.Open();

        public Pod()
        {
            Namespace = NetworkNamespace.Create();
            using var inside = KernelNetworkStack.Open(Namespace);
            _home.CreateVeth(new VethSpec("dns0", "dns1"), inside);
            _home.AddAddress(new InterfaceAddress("dns0", IpAddress.Parse(Gateway), 24));
            _home.ChangeLink("dns0", new LinkChange { Up = true });
            inside.ChangeLink("dns1", new LinkChange { Up = true });
            inside.AddAddress(new InterfaceAddress("dns1", IpAddress.Parse(Address), 24));
            inside.AddRoute(new Route(IpPrefix.AnyV4) { Device = "dns1", Gateway = IpAddress.Parse(Gateway) });
        }

        public NetworkNamespace Namespace { get; }

        public void Send(IpAddress to, int port) => Namespace.Run(() =>
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            socket.SendTo([1], new System.Net.IPEndPoint(to.ToIPAddress(), port));
        });

        public void Dispose()
        {
            _home.DeleteLink("dns0");
            _home.Dispose();
            Namespace.Dispose();
        }
    }
}
