using System.Globalization;
using System.Runtime.InteropServices;
using Weft.Kubernetes;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Cli.Bench.Policies;

/// <summary>
/// A cluster with many policies: ten pods to an app, ten apps to a namespace, every tenth app a StatefulSet, whose pods all have labels of their own. All
/// pods run on the node that is measured, which is the most that it can have to do.
/// </summary>
internal sealed class PolicyCluster
{
    public const string Node = "node1";
    private const int PodsPerApp = 10, AppsPerNamespace = 10;

    // 10.100.0.0: above the addresses of the rigs in which packets are sent.
    private const uint FirstAddress = 0x0A640000;

    private readonly List<PolicyPod> _pods;
    private readonly int _policies;
    private int _changes;

    /// <param name="policies">How many policies.</param>
    /// <param name="pods">How many pods, a multiple of 100.</param>
    public PolicyCluster(int policies, int pods)
    {
        _policies = policies;
        _pods = [.. Enumerable.Range(0, pods).Select(number => PolicyPod.Of(PodAt(number)))];
        Apps = pods / PodsPerApp;
        var objects = new PolicyObjects
        {
            Namespaces = Enumerable.Range(0, Apps / AppsPerNamespace).Select(NamespaceAt).ToEquatableArray(),
            NetworkPolicies = Enumerable.Range(0, policies).Select(number => PolicyAt(number, Apps)).ToEquatableArray(),
        };
        Snapshot = new ClusterSnapshot { Nodes = [Self], Policies = objects with { Pods = _pods.ToEquatableArray() } };
    }

    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>How many apps there are.</summary>
    public int Apps { get; }

    public static KubeNode Self { get; } = new()
    {
        Metadata = new() { Name = Node },
        Spec = new() { PodCIDR = "10.100.0.0/14", PodCIDRs = ["10.100.0.0/14"] },
        Status = new() { Addresses = [new NodeAddress("InternalIP", "172.30.0.11")] },
    };

    /// <summary>A namespace, as an API server has it.</summary>
    public static Namespace NamespaceAt(int number) => new() { Metadata = new() { Name = TeamOf(number), Labels = StringMap.Of(("team", TeamOf(number))) } };

    /// <summary>A pod, as an API server has it while it runs.</summary>
    public static Pod PodAt(int number) => PodAt(number, number / PodsPerApp, IpAddress.V4(FirstAddress + (uint)number));

    /// <summary>A pod more, of one of the first apps.</summary>
    public static Pod ExtraPodAt(int number, int apps) => PodAt(number, number * 7919 % apps, IpAddress.V4(FirstAddress + (uint)number));

    /// <summary>A pod of an app at an address; without one it has not got its network yet.</summary>
    public static Pod PodAt(int number, int app, IpAddress? address)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"pod-{number:D6}");
        (string, string)[] labels = app % 10 == 9 ? [("app", AppOf(app)), ("statefulset.kubernetes.io/pod-name", name)] : [("app", AppOf(app)), ("pod-template-hash", "5d4f8c7b9d")];
        return new Pod
        {
            Metadata = new() { Name = name, Namespace = TeamOf(app / AppsPerNamespace), Labels = StringMap.Of(labels), Uid = name },
            Spec = new() { NodeName = Node, Containers = [new Container { Name = "app", Image = "app", Ports = [new ContainerPort { Name = "http", Port = 8080 }] }] },
            Status = address is { } known ? new() { Phase = "Running", PodIP = known.ToString(), PodIPs = [new PodIp(known.ToString())] } : new() { Phase = "Pending" },
        };
    }

    /// <summary>A policy: its app accepts the next one, some also another team's or a block, some open only their namespace and DNS.</summary>
    public static NetworkPolicy PolicyAt(int number, int apps)
    {
        var (app, round) = (number % apps, number / apps);
        var ingress = new List<NetworkPolicyIngressRule> { new() { From = [Pods(PeerOf(app, round))], Ports = [Port("TCP", 8080 + round), Port("UDP", 8080 + round)] } };
        if (number % 3 == 0)
            ingress.Add(new() { From = [Pods((app + 37 + round) % apps) with { NamespaceSelector = Labels("team", TeamOf((app + 37 + round) % apps / AppsPerNamespace)) }], Ports = [new NetworkPolicyPort { Port = "http" }] });
        if (number % 10 == 0)
            ingress.Add(new() { From = [new NetworkPolicyPeer { IpBlock = new() { Cidr = Block(number, ".0.0/16"), Except = [Block(number, ".7.0/24")] } }], Ports = [Port("TCP", 8443) with { EndPort = 8453 }] });
        EquatableArray<NetworkPolicyEgressRule> egress = app % 4 != 1 ? [] :
        [
            new() { To = [new NetworkPolicyPeer { PodSelector = new() }] },
            new() { To = [new NetworkPolicyPeer { NamespaceSelector = Labels("kubernetes.io/metadata.name", "kube-system"), PodSelector = Labels("k8s-app", "kube-dns") }], Ports = [Port("UDP", 53), Port("TCP", 53)] },
        ];
        return new NetworkPolicy
        {
            Metadata = new() { Name = string.Create(CultureInfo.InvariantCulture, $"policy-{number:D5}"), Namespace = TeamOf(app / AppsPerNamespace) },
            Spec = new() { PodSelector = Labels("app", AppOf(app)), Ingress = ingress.ToEquatableArray(), Egress = egress },
        };
    }

    /// <summary>Gives addresses to two pods that the policies of both let talk, on port 8080, one of them by the last policies that there are.</summary>
    public void Aim(IpAddress client, IpAddress server)
    {
        var app = (int.Min(_policies, Apps) - 2) / 4 * 4;
        _pods[app * PodsPerApp] = _pods[app * PodsPerApp] with { Addresses = [server] };
        var peer = PeerOf(app, 0) * PodsPerApp;
        _pods[peer] = _pods[peer] with { Addresses = [client] };
        Capture();
    }

    /// <summary>The first rule of every policy, as addresses.</summary>
    public IEnumerable<(IpAddress[] Subject, IpAddress[] Peers, int Port)> Pairs() => Enumerable.Range(0, _policies).Select(number =>
        (AddressesOf(number % Apps), AddressesOf(PeerOf(number % Apps, number / Apps)), 8080 + (number / Apps)));

    /// <summary>Makes a pod one of another app of its namespace, as a watch would tell.</summary>
    public void RelabelOne()
    {
        var number = (int)((uint)(++_changes * 7919) % (uint)_pods.Count);
        _pods[number] = PolicyPod.Of(Relabelled(number, _changes, _pods[number].Addresses[0]));
        Capture();
    }

    /// <summary>A pod with the labels of another app of its namespace.</summary>
    public static Pod Relabelled(int number, int change, IpAddress address)
    {
        var own = number / PodsPerApp;
        return PodAt(number, (own / AppsPerNamespace * AppsPerNamespace) + ((own + 1 + (change % (AppsPerNamespace - 1))) % AppsPerNamespace), address);
    }

    /// <summary>Adds a pod.</summary>
    public void AddOne()
    {
        var number = _pods.Count;
        _pods.Add(PolicyPod.Of(ExtraPodAt(number, int.Min(_policies, Apps))));
        Capture();
    }

    private void Capture() =>
        Snapshot = Snapshot with { Policies = Snapshot.Policies with { Pods = ImmutableCollectionsMarshal.AsImmutableArray(_pods.ToArray()) } };

    private IpAddress[] AddressesOf(int app) => [.. _pods.Skip(app * PodsPerApp).Take(PodsPerApp).Select(pod => pod.Addresses[0])];

    /// <summary>The app of the same namespace that an app accepts.</summary>
    private static int PeerOf(int app, int round) => (app / AppsPerNamespace * AppsPerNamespace) + ((app + 1 + round) % AppsPerNamespace);

    private static string TeamOf(int number) => string.Create(CultureInfo.InvariantCulture, $"team-{number:D3}");

    private static string AppOf(int app) => string.Create(CultureInfo.InvariantCulture, $"app-{app:D4}");

    private static string Block(int number, string rest) => string.Create(CultureInfo.InvariantCulture, $"172.{16 + (number / 10 % 100)}{rest}");

    private static NetworkPolicyPeer Pods(int app) => new() { PodSelector = Labels("app", AppOf(app)) };

    private static NetworkPolicyPort Port(string protocol, int port) => new() { Protocol = protocol, Port = port };

    private static LabelSelector Labels(string key, string value) => new() { MatchLabels = StringMap.Of((key, value)) };
}
