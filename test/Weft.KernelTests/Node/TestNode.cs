using System.Globalization;
using System.Text.Json.Nodes;
using Weft.Cni.Plugins;
using Weft.Cni.Runtime;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Node;
using Weft.Node.Drivers;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Node;

/// <summary>A node as a network namespace, with the agent's turn, and pods attached by the plugins with the configuration that the agent wrote.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weft-node-").FullName;
    private readonly CniFolder _cni;
    private readonly HostReader _host;
    private readonly List<TestPod> _pods = [];

    public TestNode(Underlay underlay, int number, int subnet)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"node{number}");
        Namespace = NetworkNamespace.Create();
        Stack = KernelNetworkStack.Open(Namespace);
        Filter = Namespace.Run(() => new KernelNftables());
        underlay.Join(Namespace, Stack, subnet, 10 + number);
        Addresses = [Underlay.V4(subnet, 10 + number), Underlay.V6(subnet, 10 + number)];
        PodRanges = [IpPrefix.Parse(string.Create(CultureInfo.InvariantCulture, $"10.244.{number}.0/24")), IpPrefix.Parse(string.Create(CultureInfo.InvariantCulture, $"fd44:0:0:{number}::/64"))];
        _cni = new CniFolder(Path.Combine(_folder, "net.d"), Path.Combine(_folder, "bin"));
        var sysctls = new KernelSysctls(Namespace);
        _host = new HostReader(Stack, sysctls, _cni);
        Driver = new KernelNode(Name, Stack, Filter, sysctls, _cni);
        Agent = new Reconciler(Name, Driver);
    }

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public KernelNetworkStack Stack { get; }

    public KernelNftables Filter { get; }

    public KernelNode Driver { get; }

    /// <summary>The agent's memory; a new one is a restart.</summary>
    public Reconciler Agent { get; set; }

    public EquatableArray<IpAddress> Addresses { get; }

    public EquatableArray<IpPrefix> PodRanges { get; }

    public IReadOnlyList<TestPod> Pods => _pods;

    public HostView Host => _host.Read();

    public CniFile? Configuration => _cni.Read();

    /// <summary>Where its agent writes the CNI configuration.</summary>
    public string ConfDir => Path.Combine(_folder, "net.d");

    /// <summary>The Node object that a kubelet would have registered.</summary>
    public KubeNode Object => new()
    {
        Metadata = new() { Name = Name },
        Spec = new() { PodCIDRs = PodRanges.Select(range => range.ToString()).ToEquatableArray() },
        Status = new() { Addresses = Addresses.Select(address => new NodeAddress("InternalIP", address.ToString())).ToEquatableArray() },
    };

    /// <summary>A turn of the agent.</summary>
    public TurnResult Turn(ClusterSnapshot cluster) => Agent.Turn(cluster, Host);

    /// <summary>Attaches a pod as a container runtime would.</summary>
    /// <param name="arguments">CNI_ARGS.</param>
    /// <param name="adapt">Changes the plugins of the configuration that the agent wrote.</param>
    public async Task<TestPod> AddPodAsync(IReadOnlyList<KeyValuePair<string, string>>? arguments = null, Action<JsonArray>? adapt = null)
    {
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"pod{_pods.Count}"));
        var pod = new TestPod(this, NetworkNamespace.CreatePinned(path), path);
        _pods.Add(pod);
        var attachment = new ContainerAttachment { ContainerId = $"{Name}-{Path.GetFileName(path)}", Netns = path, Arguments = arguments ?? [] };
        var result = await Runtime().AddAsync(NetworkConfigList.Parse(Adapted(adapt), Name), attachment);
        pod.Attachment = attachment;
        pod.Addresses = result.Addresses.Select(address => address.Address).ToEquatableArray();
        return pod;
    }

    /// <summary>Detaches a pod as a container runtime would.</summary>
    public Task RemovePodAsync(TestPod pod, Action<JsonArray>? adapt = null) =>
        Runtime().DeleteAsync(NetworkConfigList.Parse(Adapted(adapt), Name), pod.Attachment!);

    public void Dispose()
    {
        foreach (var pod in _pods)
            pod.Dispose();
        Filter.Dispose();
        Stack.Dispose();
        Namespace.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private CniRuntime Runtime() => new(new CniRuntimeOptions
    {
        PluginDirectories = [Path.Combine(_folder, "bin")],
        CacheDirectory = Path.Combine(_folder, "cache"),
        Invoker = new InProcessInvoker(type => PluginCatalog.Create(type) is { } plugin ? new NamespacedPlugin(plugin, Namespace) : null),
    });

    /// <summary>Real nodes have a /var/lib/cni each.</summary>
    private byte[] Adapted(Action<JsonArray>? adapt)
    {
        var list = JsonNode.Parse(Configuration!.Content)!;
        list["plugins"]![0]!["ipam"]!["dataDir"] = Path.Combine(_folder, "leases");
        adapt?.Invoke((JsonArray)list["plugins"]!);
        return System.Text.Encoding.UTF8.GetBytes(list.ToJsonString());
    }
}

/// <summary>A pod as a network namespace.</summary>
internal sealed class TestPod(TestNode node, NetworkNamespace where, string path) : IDisposable
{
    public TestNode Node { get; } = node;

    public NetworkNamespace Namespace { get; } = where;

    public EquatableArray<IpAddress> Addresses { get; set; }

    /// <summary>What the runtime knows it by; null while it has no network.</summary>
    public ContainerAttachment? Attachment { get; set; }

    public void Dispose()
    {
        Namespace.Dispose();
        NetworkNamespace.DeletePinned(path);
    }
}
