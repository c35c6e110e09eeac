using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Nftables;
using Weft.Model.Nodes;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Nftables;
using Weft.Node;
using Weft.Node.Dns;
using Weft.Tests.Client.Upstream;

namespace Weft.KernelTests.Node;

/// <summary>A node in the namespace that the tests run in, and agents for it that know nothing but a server and a name.</summary>
internal sealed class ForeignAgent : IAsyncDisposable, ILogger
{
    public const string Name = "foreign-a", Address = "172.28.0.2", PeerPods = "10.201.2.0/24";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weft-foreign-agent-");
    private readonly KernelNetworkStack _network = KernelNetworkStack.Open();
    private readonly KernelNftables _filter = new();
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public ForeignAgent()
    {
        // Its plugins are installed, so that a test's problem is the only one.
        File.WriteAllText(Path.Combine(_folder.FullName, "weft-policy"), "");
        _network.ChangeLink("lo", new LinkChange { Up = true });
        _network.CreateVeth(new VethSpec("foreign0", "foreign1"));
        _network.AddAddress(new InterfaceAddress("foreign0", IpAddress.Parse(Address), 24));
        _network.ChangeLink("foreign0", new LinkChange { Up = true });
        _network.ChangeLink("foreign1", new LinkChange { Up = true });
    }

    /// <summary>What the agents said.</summary>
    public ConcurrentQueue<string> Said { get; } = [];

    /// <summary>Routes of ours.</summary>
    public IReadOnlyList<Route> Routes => _network.Routes(new RouteFilter { Protocol = RouteIds.Protocol });

    /// <summary>Tables of ours.</summary>
    public NftRuleset Tables => _filter.ReadBack([.. NodeTables.All, .. NftServiceProgram.Tables]).Ruleset;

    /// <summary>The objects of a cluster of two nodes, as kubeadm leaves them.</summary>
    public static void Describe(UpstreamStore store)
    {
        store.Put(UpstreamServer.Nodes, null, NodeJson(Name, Address, "10.201.1.0/24"));
        store.Put(UpstreamServer.Nodes, null, NodeJson("foreign-b", "172.28.0.3", PeerPods));
        store.Put(UpstreamServer.ServiceCidrs, null, Parse("""{"kind":"ServiceCIDR","metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.96.0.0/12"]}}"""));
    }

    public static JsonObject NodeJson(string name, string address, string pods) => Parse(
        $$$"""
        {"kind":"Node","metadata":{"name":"{{{name}}}"},"spec":{"podCIDR":"{{{pods}}}","podCIDRs":["{{{pods}}}"],"taints":null},
         "status":{"addresses":[{"type":"InternalIP","address":"{{{address}}}"},{"type":"Hostname","address":"{{{name}}}"}],"conditions":[{"type":"Ready","status":"True"}]} }
        """);

    /// <summary>Whom the node asks for names of others; nobody at first.</summary>
    public string ResolvConf => Path.Combine(_folder.FullName, "resolv.conf");

    /// <summary>Starts an agent.</summary>
    public void Start(KubeConfig server, int healthPort = 0)
    {
        _stop = new CancellationTokenSource();
        var options = new NodeAgentOptions
        {
            KubeConfig = server,
            NodeName = Name,
            CniConfDir = Path.Combine(_folder.FullName, "net.d"),
            CniBinDir = _folder.FullName,
            PolicySocket = Path.Combine(_folder.FullName, "policy.sock"),
            ResolvConf = ResolvConf,
            HealthPort = healthPort,
            ProxyHealthPort = 0,
            VerifyPeriod = TimeSpan.FromSeconds(1),
        };
        _running = NodeAgent.RunAsync(options, _stop.Token, this);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(UpstreamSamples.Patience);
    }

    /// <summary>Waits for something while the agent runs.</summary>
    public async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = new CancellationTokenSource(UpstreamSamples.Patience);
        while (!holds())
        {
            if (_running.IsCompleted)
                await _running;
            Assert.False(limit.IsCancellationRequested, $"{what} did not come about; the agent said:\n{string.Join('\n', Said)}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var route in Routes)
            _network.DeleteRoute(route);
        new DnsPlace(_network, _filter).Put([]);
        foreach (var table in Tables.Tables)
            _filter.Apply(new NftBatch([new NftDeleteTable(table.Id)]));
        _network.DeleteLink("foreign0");
        _network.Dispose();
        _filter.Dispose();
        _folder.Delete(recursive: true);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Enqueue(formatter(state, exception));

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
