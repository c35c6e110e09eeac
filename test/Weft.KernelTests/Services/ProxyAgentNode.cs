using System.Globalization;
using System.Net;
using System.Text;
using Weft.ApiServer;
using Weft.Compilers.Clusters;
using Weft.Compilers.Services;
using Weft.Compilers.Services.Nftables;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Conntrack;
using Weft.Netlink.Ipvs;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node;
using Weft.Node.Proxy.Ipvs;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Services;

/// <summary>A node as a network namespace, an API server, and the proxy part of the agent between them.</summary>
internal sealed class ProxyAgentNode : IAsyncDisposable
{
    public const string NodeName = "n1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TimeSpan VerifyPeriod { get; init; }

    private readonly string _folder = Directory.CreateTempSubdirectory("weft-proxy-").FullName;
    private readonly KernelNetworkStack _network;
    private ApiServerHost? _server;
    private int _port;
    private RunningProxy? _agent;

    private ProxyAgentNode()
    {
        Namespace = NetworkNamespace.Create();
        _network = KernelNetworkStack.Open(Namespace);
        Filter = Namespace.Run(static () => new KernelNftables());
        Flows = KernelConntrack.Open(Namespace);
        _network.ChangeLink("lo", new LinkChange { Up = true });
        _network.CreateVeth(new VethSpec("eth0", "far"));
        _network.ChangeLink("eth0", new LinkChange { Up = true });
        _network.ChangeLink("far", new LinkChange { Up = true });
        _network.AddAddress(new InterfaceAddress("eth0", IpAddress.Parse("172.30.0.1"), 24));
        _network.AddRoute(new Route(IpPrefix.AnyV4) { Device = "eth0" });
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>The packet filter as another program has it.</summary>
    public KernelNftables Filter { get; }

    public KernelConntrack Flows { get; }

    public KubeClient Client { get; private set; } = null!;

    /// <param name="verifyPeriod">How often the agent looks after its rules unasked; 2 seconds unless told otherwise.</param>
    public static async Task<ProxyAgentNode> StartAsync(TimeSpan? verifyPeriod = null)
    {
        var node = new ProxyAgentNode { VerifyPeriod = verifyPeriod ?? TimeSpan.FromSeconds(2) };
        await node.StartServerAsync();
        var created = await node.Client.CreateAsync(new KubeNode { Metadata = new() { Name = NodeName }, Spec = new() { PodCIDR = "10.244.1.0/24", PodCIDRs = ["10.244.1.0/24"] } });
        await node.Client.UpdateStatusAsync(created with { Status = new() { Addresses = [new NodeAddress("InternalIP", "172.30.0.1")] } });
        node.StartAgent();
        return node;
    }

    /// <summary>An address of a pod, here on the loopback.</summary>
    public IpAddress AddPodAddress(int number)
    {
        var address = IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.244.1.{number}"));
        _network.AddAddress(new InterfaceAddress("lo", address, 32));
        return address;
    }

    public async Task StartServerAsync()
    {
        _server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = _folder, DatabasePath = Path.Combine(_folder, "objects.db"), Listen = [new IPEndPoint(IPAddress.Loopback, _port)] },
            CancellationToken.None);
        _port = _server.Endpoints[0].Port;
        Client ??= new KubeClient(new KubeConfig
        {
            Server = new Uri($"https://127.0.0.1:{_port}"),
            CertificateAuthority = _server.CaCertificatePem,
            Token = _server.AdminToken,
        });
    }

    public async Task StopServerAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    public void StartAgent() => _agent = new RunningProxy(Client, Namespace, _network, VerifyPeriod);

    public async Task StopAgentAsync()
    {
        await _agent!.StopAsync();
        _agent = null;
    }

    /// <summary>A Service of port 80 without a selector.</summary>
    public async Task<Service> CreateServiceAsync(string name, string protocol) => await Client.CreateAsync(new Service
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Type = "ClusterIP", Ports = [new ServicePort { Port = 80, Protocol = protocol, TargetPort = new IntOrString(8080) }] },
    });

    /// <summary>A Service for load balancers that ask nodes whether they have endpoints.</summary>
    public async Task<Service> CreateLocalLoadBalancerAsync(string name) => await Client.CreateAsync(new Service
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Type = "LoadBalancer", ExternalTrafficPolicy = "Local", Ports = [new ServicePort { Port = 80, TargetPort = new IntOrString(8080) }] },
    });

    /// <summary>Its only slice, as it shall be from now on.</summary>
    public async Task PutEndpointsAsync(string service, string protocol, params IpAddress[] addresses)
    {
        var slice = new EndpointSlice
        {
            Metadata = new() { Name = $"{service}-1", Namespace = "default", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, service)) },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Port = 8080, Protocol = protocol }],
            Endpoints = addresses.Select(address => new Endpoint { Addresses = [address.ToString()], Conditions = new() { Ready = true }, NodeName = NodeName }).ToEquatableArray(),
        };
        if (await Client.TryGetAsync<EndpointSlice>("default", slice.Metadata.Name) is { } known)
            await Client.UpdateAsync(slice with { Metadata = known.Metadata });
        else
            await Client.CreateAsync(slice);
    }

    public async Task SetProxyAsync(string proxy)
    {
        var settings = new ConfigMap
        {
            Metadata = new() { Name = ClusterSettingsParser.Name, Namespace = ClusterSettingsParser.Namespace },
            Data = StringMap.Of(("proxy", proxy)),
        };
        if (await Client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name) is { } known)
            await Client.UpdateAsync(settings with { Metadata = known.Metadata });
        else
            await Client.CreateAsync(settings);
    }

    /// <summary>A figure of the running agent; 0 while it has none.</summary>
    public double Metric(string name) => _agent!.Metric(name);

    /// <summary>Waits until the kernel has what the objects ask for, by the judgement of a process that knows nothing.</summary>
    public Task UntilProgrammedAsync() => UntilAsync(async () => (await MissingAsync()).Length == 0);

    /// <summary>What would have to be done to bring the kernel to what the objects ask for.</summary>
    public async Task<string> MissingAsync()
    {
        var table = ServiceCompiler.CompileOnce(await SnapshotAsync(Client), NodeName).Table;
        return NftServiceProgram.Adopt(Filter.ReadBack(NftServiceProgram.Tables)).Plan(table).ToString();
    }

    public static async Task<ClusterSnapshot> SnapshotAsync(KubeClient client)
    {
        var slices = (await client.ListAsync<EndpointSlice>()).Items.ToLookup(slice => (slice.Metadata.Namespace, slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel)));
        return new ClusterSnapshot
        {
            Nodes = (await client.ListAsync<KubeNode>()).Items.ToEquatableArray(),
            Configuration = await client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name),
            Services = (await client.ListAsync<Service>()).Items
                .Select(service => new ServiceObjects(service, slices[(service.Metadata.Namespace, service.Metadata.Name)].OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToEquatableArray()))
                .ToEquatableArray(),
        };
    }

    public Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            _agent?.ThrowIfFailed();
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
            await _agent.StopAsync();
        Client.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        Flows.Dispose();
        Filter.Dispose();
        _network.Dispose();
        Namespace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>One life of the agent.</summary>
    private sealed class RunningProxy
    {
        private readonly CancellationTokenSource _end = new();
        private readonly KernelNftables _filter;
        private readonly KernelConntrack _flows;
        private readonly ProxyAgent _proxy;
        private readonly Task _running;

        public RunningProxy(KubeClient client, NetworkNamespace where, KernelNetworkStack network, TimeSpan verifyPeriod)
        {
            var logger = new ConsoleLog("agent", TimeProvider.System);
            var options = new NodeAgentOptions
            {
                KubeConfig = new KubeConfig { Server = new Uri("https://127.0.0.1") },
                NodeName = NodeName,
                ProxyHealthPort = 0,
                VerifyPeriod = verifyPeriod,
            };
            _filter = where.Run(static () => new KernelNftables());
            _flows = KernelConntrack.Open(where);
            var cluster = new ClusterWatch(client, logger);
            var events = new EventRecorder(client, "weft-node", NodeName, logger);
            _proxy = new ProxyAgent(options, client, cluster, Kernel(where, network), events, logger);
            _running = Task.Run(() => Task.WhenAll(cluster.RunAsync(_end.Token), events.RunAsync(_end.Token), _proxy.RunAsync(_end.Token)));
        }

        public double Metric(string name)
        {
            var text = new StringBuilder();
            _proxy.WriteMetrics(text);
            var line = text.ToString().Split('\n').FirstOrDefault(line => line.StartsWith($"{name} ", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
        }

        public void ThrowIfFailed()
        {
            if (_running.IsFaulted)
                _running.GetAwaiter().GetResult();
        }

        public async Task StopAsync()
        {
            await _end.CancelAsync();
            await _running.ContinueWith(_ => { }, TaskScheduler.Default);
            _proxy.Dispose();
            _flows.Dispose();
            _filter.Dispose();
            _end.Dispose();
        }

        private ProxyKernel Kernel(NetworkNamespace where, KernelNetworkStack network) => new(
            _filter,
            _filter,
            _flows,
            network,
            NamespacedIptables.In(where),
            () => new IpvsKernel(KernelNetworkStack.Open(where), _filter, new KernelSysctls(where), () => KernelIpvs.Open(where)) { SharesFilter = true });
    }
}
