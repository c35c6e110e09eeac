using System.Globalization;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>Nodes with addresses and ranges, and the cluster's settings.</summary>
internal static class NodeCompletion
{
    private const int InventedNodes = 2;

    public static List<Node> Complete(List<Node> nodes, AssumedNetwork network, List<string> notes)
    {
        if (nodes.Count == 0)
        {
            notes.Add("there are no Nodes: node1 and node2 are assumed");
            for (var i = 1; i <= InventedNodes; i++)
                nodes.Add(new Node { Metadata = new() { Name = string.Create(CultureInfo.InvariantCulture, $"node{i}") } });
        }

        return [.. nodes.Select((node, index) => Complete(node, index, network, notes))];
    }

    public static ConfigMap Settings(IEnumerable<ConfigMap> maps, AssumedNetwork network, List<string> notes)
    {
        if (maps.FirstOrDefault(map => map.Metadata is { Namespace: ClusterSettingsParser.Namespace, Name: ClusterSettingsParser.Name }) is { } given)
            return given;
        notes.Add($"there is no {ClusterSettingsParser.ObjectName}: the ranges of a lab are assumed");
        return new ConfigMap
        {
            Metadata = new() { Namespace = ClusterSettingsParser.Namespace, Name = ClusterSettingsParser.Name },
            Data = StringMap.Of(("pod-cidrs", string.Join(',', network.Pods)), ("service-cidrs", string.Join(',', network.Services))),
        };
    }

    private static Node Complete(Node node, int index, AssumedNetwork network, List<string> notes)
    {
        if (node.Spec.PodCIDRs.Count == 0)
        {
            EquatableArray<string> ranges = node.Spec.PodCIDR is { Length: > 0 } given
                ? [given]
                : network.Pods.Select(range => range.Subnet(range.IsV6 ? 64 : 24, (UInt128)index).ToString()).ToEquatableArray();
            node = node with { Spec = node.Spec with { PodCIDRs = ranges } };
            notes.Add($"Node {node.Metadata.Name}: podCIDRs {string.Join(" and ", ranges)} are assumed");
        }

        if (node.Status.Addresses.Count == 0)
        {
            var addresses = network.Underlay.Select(range => range.AddressAt((UInt128)(index + 2)).ToString()).ToList();
            node = node with { Status = node.Status with { Addresses = addresses.Select(address => new NodeAddress("InternalIP", address)).ToEquatableArray() } };
            notes.Add($"Node {node.Metadata.Name}: the address {string.Join(" and ", addresses)} is assumed");
        }

        return node;
    }
}
