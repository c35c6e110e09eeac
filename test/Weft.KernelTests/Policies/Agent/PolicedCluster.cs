using System.Net;
using System.Text.Json.Nodes;
using Weft.ApiServer;
using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Compilers.Pods;
using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Node;
using Weft.Dns.Serving;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Nodes;
using Weft.Model.Policies;
using Weft.Netlink;
using Weft.Netlink.Fakes;
using Weft.Netlink.Libc;
using Weft.Netlink.Namespaces;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>Nodes with pods, an API server that knows them, and on every node the part of the agent that enforces policies.</summary>
internal sealed class PolicedCluster : IAsyncDisposable
{
    public const string Space = "default";
    private const int ServerHost = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weft-policed-").FullName;
    private readonly Dictionary<TestNode, IAsyncDisposable> _agents = [];
    private readonly bool _hasProcesses;
    private readonly KernelNetworkStack _own = KernelNetworkStack.Open();
    private ISysctls? _sysctls;
    private ApiServerHost? _server;

    private PolicedCluster(string attachment, int nodes, bool hasProcesses) =>
        (Network, _hasProcesses) = (new TestCluster(attachment, "auto", new int[nodes]), hasProcesses);

    public TestCluster Network { get; }

    /// <summary>Whether pods are attached by weft-policy behind another plugin, and not by the one that the agent writes.</summary>
    public bool IsChained { get; init; }

    public KubeClient Client { get; private set; } = null!;

    /// <summary>Starts it without pods and policies.</summary>
    /// <param name="attachment">ptp or bridge.</param>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="hasProcesses">Whether the whole agent runs, as the process that it is; with one node.</param>
    /// <param name="hasBridgeNetfilter">Whether frames on a bridge pass the IP hooks, as far as the kernel has that.</param>
    /// <param name="isChained">Whether weft-policy stands behind the plugin that makes the interface.</param>
    public static async Task<PolicedCluster> StartAsync(
        string attachment = "ptp", int nodes = 1, bool hasProcesses = false, bool hasBridgeNetfilter = true, bool isChained = false)
    {
        var cluster = new PolicedCluster(attachment, nodes, hasProcesses) { IsChained = isChained };
        if (hasBridgeNetfilter)
            cluster.Network.Program();
        else
            cluster.ProgramWithoutBridgeNetfilter();
        await cluster.StartServerAsync();
        await cluster.SetAsync("cni", attachment);
        foreach (var node in cluster.Network.Nodes)
        {
            var created = await cluster.Client.CreateAsync(node.Object with { Status = new() });
            await cluster.Client.UpdateStatusAsync(created with { Status = node.Object.Status });
            await cluster.StartAgentAsync(node);
        }

        return cluster;
    }

    /// <summary>Starts an agent and waits until the CNI plugin can ask it.</summary>
    public async Task StartAgentAsync(TestNode node)
    {
        _agents[node] = Start(node);
        await UntilAsync(() =>
        {
            try
            {
                UnixRequest.Ask(Socket(node), "{}"u8, TimeSpan.FromSeconds(1));
                return Task.FromResult(true);
            }
            catch (NetlinkException)
            {
                return Task.FromResult(false);
            }
        });
    }

    private IAsyncDisposable Start(TestNode node) => _hasProcesses
        ? WeftProcess.Start(
            node.Namespace, "node", "run", "--kubeconfig", Path.Combine(_folder, "kubeconfig"), "--node-name", node.Name,
            "--cni-conf-dir", node.ConfDir, "--cni-bin-dir", Path.Combine(_folder, "no-plugins"))
        : new RunningPolicies(Client, node, Socket(node), _sysctls);

    /// <summary>Ends an agent; a process by SIGKILL.</summary>
    public async Task StopAgentAsync(TestNode node)
    {
        _agents.Remove(node, out var agent);
        await agent!.DisposeAsync();
    }

    /// <summary>Learns from answers of a node's cluster DNS.</summary>
    public IAnswerGate Gate(TestNode node) => ((RunningPolicies)_agents[node]).Gate;

    /// <summary>A figure of a node's agent; 0 while it has none.</summary>
    public double Metric(TestNode node, string name) => ((RunningPolicies)_agents[node]).Metric(name);

    /// <summary>A pod as a kubelet makes it: its network once its object is there, its status at the end.</summary>
    public async Task<TestPod> AddPodAsync(TestNode node, string name, string app)
    {
        var pod = await CreatePodAsync(node, name, app);
        var attached = await AttachAsync(node, pod);
        await ShowAsync(pod, attached);
        return attached;
    }

    /// <summary>The object of a pod that has no network yet.</summary>
    public Task<Pod> CreatePodAsync(TestNode node, string name, string app) => Client.CreateAsync(new Pod
    {
        Metadata = new() { Name = name, Namespace = Space, Labels = StringMap.Of(("app", app)) },
        Spec = new() { NodeName = node.Name, Containers = [new Container { Name = "c", Image = "test" }] },
    });

    /// <summary>CNI ADD.</summary>
    public Task<TestPod> AttachAsync(TestNode node, Pod pod, string withoutAgent = "wait") => node.AddPodAsync(
        [new("IgnoreUnknown", "1"), new("K8S_POD_NAMESPACE", Space), new("K8S_POD_NAME", pod.Metadata.Name), new("K8S_POD_UID", pod.Metadata.Uid!)], Plugin(node, withoutAgent));

    /// <summary>CNI DEL.</summary>
    public Task DetachAsync(TestPod pod) => pod.Node.RemovePodAsync(pod, Plugin(pod.Node, "wait"));

    /// <summary>The status that a kubelet writes once a pod runs.</summary>
    public Task ShowAsync(Pod pod, TestPod attached) => Client.UpdateStatusAsync(pod with
    {
        Status = new() { Phase = "Running", PodIP = attached.Addresses[0].ToString(), PodIPs = attached.Addresses.Select(address => new PodIp(address.ToString())).ToEquatableArray() },
    });

    /// <summary>A policy for the pods of an app: who is accepted, on which TCP port; nobody when null.</summary>
    public async Task<NetworkPolicy> IsolateAsync(string app, string? acceptedApp, int port = 80, bool audited = false)
    {
        var policy = await Client.CreateAsync(new NetworkPolicy
        {
            Metadata = new() { Name = $"isolate-{app}", Namespace = Space, Annotations = audited ? StringMap.Of(("weft/policy-audit", "true")) : default },
            Spec = new()
            {
                PodSelector = new() { MatchLabels = StringMap.Of(("app", app)) },
                PolicyTypes = ["Ingress"],
                Ingress = acceptedApp is null ? [] :
                [
                    new()
                    {
                        From = [new() { PodSelector = new() { MatchLabels = StringMap.Of(("app", acceptedApp)) } }],
                        Ports = [new() { Port = new IntOrString(port) }, new() { Port = new IntOrString(port), Protocol = "UDP" }],
                    },
                ],
            },
        });
        await UntilEnforcedAsync();
        return policy;
    }

    /// <summary>A key of the cluster's settings.</summary>
    public async Task SetAsync(string key, string value)
    {
        if (await Client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name) is { } known)
            await Client.UpdateAsync(known with { Data = known.Data.With(key, value) });
        else
            await Client.CreateAsync(new ConfigMap { Metadata = new() { Name = ClusterSettingsParser.Name, Namespace = ClusterSettingsParser.Namespace }, Data = StringMap.Of((key, value)) });
    }

    /// <summary>Waits until every kernel has what the objects ask for, by the judgement of a process that knows nothing.</summary>
    public Task UntilEnforcedAsync() => UntilAsync(async () =>
    {
        var objects = ClusterDns.Complete(new ClusterSnapshot
        {
            Configuration = await Client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name),
            Nodes = (await Client.ListAsync<KubeNode>()).Items.ToEquatableArray(),
            Policies = new PolicyObjects
            {
                Pods = (await Client.ListAsync<PolicyPod>()).Items.ToEquatableArray(),
                Namespaces = (await Client.ListAsync<Namespace>()).Items.ToEquatableArray(),
                NetworkPolicies = (await Client.ListAsync<NetworkPolicy>()).Items.ToEquatableArray(),
            },
        });
        return Network.Nodes.All(node =>
        {
            var table = PolicyCompiler.CompileOnce(objects, node.Name).Table;
            return NftPolicyProgram.Adopt(node.Filter.ReadBack(NftPolicyProgram.Routed)).Plan(table).IsEmpty;
        });
    });

    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            foreach (var agent in _agents.Values.OfType<RunningPolicies>())
                agent.ThrowIfFailed();
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Whether a connection between two pods comes about; what is expected only says how long to wait.</summary>
    public static Task<bool> PassesAsync(TestPod from, TestPod to, int port, bool expected, byte protocol = 6, bool v6 = false) => PolicyProbe.PassesAsync(
        from.Namespace, to.Namespace, new Connection(from.Addresses[v6 ? 1 : 0], to.Addresses[v6 ? 1 : 0], protocol, (ushort)port), expected);

    /// <summary>Where a node's agent can be asked.</summary>
    public string Socket(TestNode node) => _hasProcesses ? StartingPods.Socket : Path.Combine(_folder, $"{node.Name}.sock");

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents.Values)
            await agent.DisposeAsync();
        Client?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_hasProcesses)
            _own.DeleteLink("eth0");
        _own.Dispose();
        Network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>As if the module were not there: agents find no setting of it, and it does nothing.</summary>
    private void ProgramWithoutBridgeNetfilter()
    {
        foreach (var node in Network.Nodes)
        {
            Assert.DoesNotContain(node.Turn(Network.Objects).Problems, problem => problem.Reason != "BridgeNetfilterMissing");
            new KernelSysctls(node.Namespace).Apply([new Sysctl(BridgedPods.Sysctl, "0"), new Sysctl("net/bridge/bridge-nf-call-ip6tables", "0")]);
        }

        _sysctls = new FakeSysctls();
    }

    /// <summary>Agents that are processes live in their node's network and reach the server over the underlay.</summary>
    private async Task StartServerAsync()
    {
        if (_hasProcesses)
        {
            using var here = NetworkNamespace.Current();
            Network.Underlay.Join(here, _own, 0, ServerHost);
        }

        var address = _hasProcesses ? Underlay.V4(0, ServerHost).ToIPAddress() : IPAddress.Loopback;
        _server = await ApiServerHost.StartAsync(
            new ApiServerOptions { StateDirectory = _folder, Listen = [new IPEndPoint(address, 0)], CertificateNames = [address.ToString()] }, CancellationToken.None);
        var kubeconfig = Path.Combine(_folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, _server.Kubeconfig($"https://{_server.Endpoints[0]}", "policed"));
        Client = new KubeClient(KubeConfig.Load(kubeconfig));
    }

    private Action<JsonArray> Plugin(TestNode node, string withoutAgent) => plugins =>
    {
        var policy = plugins[0]!;
        if (IsChained)
        {
            policy["type"] = ((string)policy["type"]!)["weft-".Length..];
            plugins.Add(policy = new JsonObject { ["type"] = "weft-policy" });
        }

        policy["socket"] = Socket(node);
        policy["withoutAgent"] = withoutAgent;
        policy["waitSeconds"] = withoutAgent == "wait" ? 60 : 1;
    };
}
