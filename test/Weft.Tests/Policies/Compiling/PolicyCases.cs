using System.Text;
using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Tests.Policies.Oracle;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Policies.Compiling;

/// <summary>Clusters for policy tests, written as YAML or short text.</summary>
internal static class PolicyCases
{
    public const string Node = "node1";

    private static readonly EquatableArray<KubeNode> Nodes =
        [NodeOf("node1", "172.30.0.2", "10.244.0.0/24", "zone=a"), NodeOf("node2", "172.30.0.3", "10.244.1.0/24", "zone=b")];

    /// <summary>A pod: <c>namespace/name node address[,address] label=value,... [port=tcp:80,...]</c>.</summary>
    public static PolicyPod Pod(string text) => PolicyPod.Of(WholePod(text));

    /// <summary>The same with all that a pod has; a node of <c>-</c> is none.</summary>
    public static Pod WholePod(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = parts[0].Split('/');
        return new Pod
        {
            Metadata = new ObjectMeta { Namespace = name[0], Name = name[1], Labels = Labels(parts.Length > 3 ? parts[3] : "") },
            Spec = new PodSpec { NodeName = parts[1], Containers = [new Container { Name = "c", Ports = Ports(parts.Length > 4 ? parts[4] : "") }] },
            Status = new PodStatus { Phase = "Running", PodIPs = parts[2].Split(',').Select(ip => new PodIp(ip)).ToEquatableArray() },
        };
    }

    public static EquatableArray<PolicyPod> Pods(params string[] pods) => pods.Select(Pod).ToEquatableArray();

    public static Namespace Namespace(string name, string labels = "", bool audited = false) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = Labels(labels), Annotations = audited ? StringMap.Of(("weft/policy-audit", "true")) : default },
    };

    public static KubeNode NodeOf(string name, string address, string podCidr, string labels = "") => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = Labels(labels) },
        Spec = new NodeSpec { PodCIDRs = [podCidr] },
        Status = new NodeStatus { Addresses = [new NodeAddress("InternalIP", address), new NodeAddress("Hostname", name)] },
    };

    /// <summary>Policies of either kind from YAML documents.</summary>
    public static PolicyObjects WithPolicies(this PolicyObjects objects, string yaml)
    {
        var documents = Manifests.Load(yaml, "test").Select(manifest => manifest.Object).ToList();
        return objects with
        {
            NetworkPolicies = [.. objects.NetworkPolicies, .. Of<NetworkPolicy>(documents)],
            ClusterNetworkPolicies = [.. objects.ClusterNetworkPolicies, .. Of<ClusterNetworkPolicy>(documents)],
        };
    }

    public static ClusterSnapshot Cluster(PolicyObjects objects) => new() { Nodes = Nodes, Policies = objects };

    public static OracleCluster Cluster(string policies, EquatableArray<Pod> pods, EquatableArray<Namespace> namespaces)
    {
        var objects = new PolicyObjects().WithPolicies(policies);
        return new OracleCluster
        {
            Nodes = Nodes,
            Namespaces = namespaces,
            Pods = pods,
            NetworkPolicies = objects.NetworkPolicies,
            ClusterNetworkPolicies = objects.ClusterNetworkPolicies,
        };
    }

    private static IEnumerable<T> Of<T>(IEnumerable<JsonObject> documents)
        where T : KubeObject<T>, IKubeObject<T> =>
        documents.Where(document => (string?)document["kind"] == T.Resource.Kind).Select(document => KubeJson.Parse<T>(Encoding.UTF8.GetBytes(document.ToJsonString())));

    private static StringMap Labels(string text) =>
        StringMap.Of([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1]))]);

    private static EquatableArray<ContainerPort> Ports(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(item => item.Split('=', ':'))
        .Select(item => new ContainerPort { Name = item[0], Protocol = item[1].ToUpperInvariant(), Port = int.Parse(item[2], System.Globalization.CultureInfo.InvariantCulture) })
        .ToEquatableArray();
}
