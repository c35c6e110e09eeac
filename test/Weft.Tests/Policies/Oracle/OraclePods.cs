using Weft.Kubernetes;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Tests.Policies.Oracle;

/// <summary>Who has an address, and what the API shows of him.</summary>
internal sealed class OraclePods(OracleCluster cluster, bool withPast = false)
{
    /// <summary>The pod that has an address, be it lent; null for none that policies know as a pod.</summary>
    public Pod? At(string address)
    {
        var claimants = cluster.Pods.Concat(cluster.StandIns).Where(IsKnown).Where(pod => Addresses(pod).Contains(address));
        return claimants.OrderBy(pod => pod.Metadata.DeletionTimestamp is null ? 0 : 1)
            .ThenByDescending(pod => pod.Metadata.CreationTimestamp ?? default)
            .ThenBy(pod => pod.Metadata.Namespace, StringComparer.Ordinal).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>The pod whose own an address is; null for none that policies can select.</summary>
    public Pod? Owner(string address) => At(address) is { } pod && cluster.Pods.Contains(pod) ? pod : null;

    /// <summary>Whether an address is one under which the node of a pod speaks to it; where an address is lent, every node answers itself.</summary>
    public bool IsOwnNode(Pod pod, string address) => cluster.StandIns.Any(other => Addresses(other).Contains(address)) || cluster.Nodes.Any(node =>
        node.Metadata.Name == pod.Spec.NodeName && (NodeAddresses(node).Contains(address) || node.Spec.PodCIDRs.Any(cidr => OracleAddresses.SecondOf(cidr) == address)));

    /// <summary>Nodes that have an address.</summary>
    public IEnumerable<KubeNode> NodesAt(string address) => cluster.Nodes.Where(node => NodeAddresses(node).Contains(address));

    /// <summary>Whether rules may name domains.</summary>
    public bool LearnsDomains => cluster.LearnsDomains;

    /// <summary>Whether one of the names that an address was said to have is what a policy names; past ones count where they are asked for.</summary>
    public bool IsOfDomain(string address, string domain) => cluster.Domains
        .Where(known => (!known.IsPast || withPast) && OracleAddresses.Normal(known.Address.ToString()) == OracleAddresses.Normal(address))
        .Any(known => Names(domain, known.Name.ToString()));

    /// <summary>Labels of a namespace, with the one that every namespace has.</summary>
    public IReadOnlyDictionary<string, string> LabelsOf(string @namespace)
    {
        var found = cluster.Namespaces.FirstOrDefault(item => item.Metadata.Name == @namespace);
        var labels = new Dictionary<string, string>((IEnumerable<KeyValuePair<string, string>>?)found?.Metadata.Labels ?? []);
        labels["kubernetes.io/metadata.name"] = @namespace;
        return labels;
    }

    /// <summary>Whether the policies of a namespace are only reported.</summary>
    public bool IsAudited(string? @namespace) => cluster.Namespaces.Any(item => item.Metadata.Name == @namespace && Asks(item.Metadata));

    /// <summary>Whether an object asks to be only reported.</summary>
    public static bool Asks(ObjectMeta metadata) => metadata.Annotations.TryGetValue("weft/policy-audit", out var value) && value == "true";

    /// <summary>Ports of containers and of sidecars.</summary>
    public static IEnumerable<(string Name, string Protocol, int Number)> Ports(Pod pod) =>
        from container in pod.Spec.Containers.Concat(pod.Spec.InitContainers.Where(init => init.RestartPolicy == "Always"))
        from port in container.Ports
        where port.Name is not null
        select (port.Name, port.Protocol ?? "TCP", port.Port);

    /// <summary>The wildcard stands for one or more whole labels.</summary>
    private static bool Names(string domain, string name)
    {
        var (asked, known) = (domain.TrimEnd('.').ToLowerInvariant().Split('.'), name.TrimEnd('.').ToLowerInvariant().Split('.'));
        return asked[0] == "*"
            ? known.Length >= asked.Length && known[^(asked.Length - 1)..].SequenceEqual(asked[1..])
            : known.SequenceEqual(asked);
    }

    private static bool IsKnown(Pod pod) => !pod.Spec.HostNetwork && pod.Status.Phase != "Succeeded" && pod.Status.Phase != "Failed";

    private static IEnumerable<string> Addresses(Pod pod) => pod.Status.PodIPs.Select(ip => OracleAddresses.Normal(ip.Ip));

    private static IEnumerable<string> NodeAddresses(KubeNode node) =>
        node.Status.Addresses.Where(address => address.Type != "Hostname").Select(address => OracleAddresses.Normal(address.Address));
}
