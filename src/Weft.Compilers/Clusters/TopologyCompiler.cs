using System.Collections.Immutable;
using System.Globalization;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>Reads <see cref="ClusterTopology"/> from Node objects. Whatever is wrong with one node is a problem of that node only.</summary>
/// <remarks>A range that two nodes claim stays with the older node, so that a mistake never takes the network from pods that run already.</remarks>
public static class TopologyCompiler
{
    /// <summary>A network address, a gateway, a broadcast address and one pod: the fewest host bits a podCIDR can have.</summary>
    private const int FewestHostBits = 2;

    /// <summary>Reads all nodes.</summary>
    public static (ClusterTopology Topology, EquatableArray<Problem> Problems) Compile(IEnumerable<Node> nodes, ClusterSettings settings)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var claims = new Claims();
        var compiled = new SortedDictionary<string, ClusterNode>(StringComparer.Ordinal);
        foreach (var node in nodes.OrderBy(node => node.Metadata.CreationTimestamp ?? default).ThenBy(node => node.Metadata.Name, StringComparer.Ordinal))
            compiled[node.Metadata.Name] = Read(node, settings, claims, problems);
        var topology = new ClusterTopology
        {
            Nodes = compiled.Values.ToEquatableArray(),
            PodRanges = PrefixSet.Normalize(settings.PodRanges.Concat(compiled.Values.SelectMany(node => node.PodRanges))),
            ServiceRanges = PrefixSet.Normalize(settings.ServiceRanges),
        };
        CheckRanges(topology, problems);
        problems.Sort((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return (topology, problems.DrainToImmutable());
    }

    private static ClusterNode Read(Node node, ClusterSettings settings, Claims claims, ImmutableArray<Problem>.Builder problems)
    {
        var name = node.Metadata.Name;
        var addresses = ReadAddresses(node, problems);
        var ranges = ImmutableArray.CreateBuilder<IpPrefix>();
        foreach (var text in PodCidrs(node))
        {
            if (ReadRange(name, text, settings, claims, problems) is { } range)
                ranges.Add(range);
        }

        return new ClusterNode(name, addresses, ranges.DrainToImmutable());
    }

    private static EquatableArray<IpAddress> ReadAddresses(Node node, ImmutableArray<Problem>.Builder problems)
    {
        var addresses = ImmutableArray.CreateBuilder<IpAddress>();
        foreach (var entry in node.Status.Addresses)
        {
            if (entry.Type == "InternalIP" && IpAddress.TryParse(entry.Address, out var address) && !addresses.Contains(address))
                addresses.Add(address);
        }

        if (addresses.Count == 0)
            problems.Add(Problem(node.Metadata.Name, "InternalIPMissing", "its status has no address of type InternalIP; the kubelet sets it (--node-ip)"));
        return addresses.DrainToImmutable();
    }

    /// <summary>The older field counts where the newer one is absent.</summary>
    public static IEnumerable<string> PodCidrs(Node node) =>
        node.Spec.PodCIDRs.Count > 0 || string.IsNullOrEmpty(node.Spec.PodCIDR) ? node.Spec.PodCIDRs : [node.Spec.PodCIDR];

    private static IpPrefix? ReadRange(string node, string text, ClusterSettings settings, Claims claims, ImmutableArray<Problem>.Builder problems)
    {
        if (!IpPrefix.TryParse(text, out var range))
        {
            problems.Add(Problem(node, "PodCIDRInvalid", $"podCIDR '{text}' is not a CIDR block such as 10.244.1.0/24"));
            return null;
        }

        if (range.HostBits < FewestHostBits)
        {
            problems.Add(Problem(node, "PodCIDRTooSmall",
                $"podCIDR {range} has no room for pods: give nodes blocks of at least {Size(range)} (node-cidr-mask-size of the controller manager)"));
            return null;
        }

        if (claims.OwnerOf(range) is { } owner)
        {
            problems.Add(Problem(node, "PodCIDROverlap",
                $"podCIDR {range} overlaps {owner.Range} of node {owner.Node}, which is older and keeps it: give this node another podCIDR (delete and register it again)"));
            return null;
        }

        if (settings.PodRanges.Any(configured => configured.IsV6 == range.IsV6) && !settings.PodRanges.Any(configured => configured.Contains(range)))
        {
            problems.Add(Problem(node, "PodCIDROutsideCluster",
                $"podCIDR {range} lies outside pod-cidrs of {ClusterSettingsParser.ObjectName} ({string.Join(", ", settings.PodRanges.AsEnumerable())}): it is served nevertheless; set both to the same ranges"));
        }

        claims.Add(range, node);
        return range;
    }

    private static void CheckRanges(ClusterTopology topology, ImmutableArray<Problem>.Builder problems)
    {
        foreach (var pods in topology.PodRanges)
        {
            foreach (var services in topology.ServiceRanges)
            {
                if (pods.Overlaps(services))
                    problems.Add(new Problem(ClusterSettingsParser.ObjectName, "RangesOverlap", $"pods ({pods}) and services ({services}) share addresses: choose ranges apart from each other"));
            }
        }

        foreach (var node in topology.Nodes)
        {
            foreach (var address in node.Addresses)
            {
                if (topology.PodRanges.Any(range => range.Contains(address)))
                    problems.Add(Problem(node.Name, "NodeAddressInPodRange", $"its InternalIP {address} lies in the pods' ranges: choose pod ranges apart from the nodes' network"));
            }
        }
    }

    private static string Size(IpPrefix range) => $"/{(range.Network.BitLength - FewestHostBits).ToString(CultureInfo.InvariantCulture)}";

    private static Problem Problem(string node, string reason, string message) => new($"Node {node}", reason, message);

    /// <summary>Disjoint ranges and their owners.</summary>
    private sealed class Claims
    {
        private readonly SortedSet<IpPrefix> _ranges = [];
        private readonly Dictionary<IpPrefix, string> _owners = [];

        /// <summary>Claimed ranges share no address, so only the last one that starts within or before the asked one can overlap it.</summary>
        public (IpPrefix Range, string Node)? OwnerOf(IpPrefix range)
        {
            var upTo = _ranges.GetViewBetween(IpPrefix.AnyV4, IpPrefix.Host(range.Last));
            var last = upTo.Max;
            return _owners.TryGetValue(last, out var node) && last.Overlaps(range) ? (last, node) : null;
        }

        public void Add(IpPrefix range, string node)
        {
            _ranges.Add(range);
            _owners.Add(range, node);
        }
    }
}
