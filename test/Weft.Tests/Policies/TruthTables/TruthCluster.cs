using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Tests.Policies.Compiling;
using Weft.Tests.Policies.Oracle;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>The nine pods, their namespaces (label <c>ns</c>) and nodes (label <c>zone</c>) as objects.</summary>
public static class TruthCluster
{
    private static readonly OracleCluster Bare = new()
    {
        Nodes = [NodeOf(1, "near"), NodeOf(2, "far")],
        Namespaces = [NamespaceOf("a"), NamespaceOf("b"), NamespaceOf("c")],
        Pods = TruthPod.All.Select(pod => pod.Object).ToEquatableArray(),
    };

    /// <summary>The cluster with policies.</summary>
    /// <param name="yaml">Documents of either kind; none for an open cluster.</param>
    public static OracleCluster With(params string[] yaml) => Bare.WithPolicies(yaml);

    /// <summary>The same cluster with other policies.</summary>
    public static OracleCluster WithPolicies(this OracleCluster cluster, params string[] yaml)
    {
        var objects = new PolicyObjects().WithPolicies(string.Join("\n---\n", yaml));
        return cluster with { NetworkPolicies = objects.NetworkPolicies, ClusterNetworkPolicies = objects.ClusterNetworkPolicies };
    }

    /// <summary>The same cluster with other labels on a pod.</summary>
    public static OracleCluster Relabel(this OracleCluster cluster, string pod, params (string Key, string Value)[] labels) => cluster with
    {
        Pods = cluster.Pods.Select(item => $"{item.Metadata.Namespace}/{item.Metadata.Name}" == pod
            ? item with { Metadata = item.Metadata with { Labels = StringMap.Of(labels) } }
            : item).ToEquatableArray(),
    };

    /// <summary>The same cluster with other labels on a namespace.</summary>
    public static OracleCluster RelabelNamespace(this OracleCluster cluster, string name, params (string Key, string Value)[] labels) => cluster with
    {
        Namespaces = cluster.Namespaces.Select(item => item.Metadata.Name == name
            ? item with { Metadata = item.Metadata with { Labels = StringMap.Of(labels) } }
            : item).ToEquatableArray(),
    };

    private static Namespace NamespaceOf(string name) =>
        new() { Metadata = new ObjectMeta { Name = name, Labels = StringMap.Of(("ns", name), ("kubernetes.io/metadata.name", name)) } };

    private static KubeNode NodeOf(int number, string zone) => new()
    {
        Metadata = new ObjectMeta { Name = Text($"node{number}"), Labels = StringMap.Of(("zone", zone)) },
        Spec = new NodeSpec { PodCIDRs = [Text($"10.244.{number}.0/24"), Text($"fd44:0:0:{number}::/64")] },
        Status = new NodeStatus
        {
            Addresses = [new NodeAddress("InternalIP", Text($"172.30.0.{10 + number}")), new NodeAddress("InternalIP", Text($"fd30::{10 + number:x}"))],
        },
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
