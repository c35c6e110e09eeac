using System.IO.Enumeration;
using Weft.Compilers.Dns;
using Weft.Compilers.Offline;
using Weft.Compilers.Policies.Verdicts;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Finds out whom an end of an expectation means.</summary>
internal sealed class PartyFinder
{
    private const int Shown = 8;

    private readonly ClusterSnapshot _objects;
    private readonly TraceMap _map;
    private readonly ILookup<string, Pod> _byNamespace;
    private readonly Dictionary<string, StringMap> _labels;
    private readonly Dictionary<PolicyEnd, (List<Party> Found, string? Problem)> _known = [];

    public PartyFinder(ClusterSnapshot objects, EquatableArray<Pod> pods, TraceMap map)
    {
        (_objects, _map) = (objects, map);
        _byNamespace = pods.Where(pod => !pod.IsFinished()).ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        _labels = objects.Policies.Namespaces.GroupBy(space => space.Metadata.Name).ToDictionary(same => same.Key, same => same.First().Metadata.Labels, StringComparer.Ordinal);
    }

    /// <summary>All of them; a problem says why there are none.</summary>
    public (List<Party> Found, string? Problem) Find(PolicyEnd end) =>
        _known.TryGetValue(end, out var known) ? known : _known[end] = end switch
        {
            PodsEnd pods => FindPods(pods),
            NodesEnd nodes => FindNodes(nodes),
            ServiceEnd service => FindService(service),
            DomainEnd { Name: var name } => ([new Party($"domain {name.ToString().TrimEnd('.')}", null, [DomainSamples.AddressOf(name, v6: false), DomainSamples.AddressOf(name, v6: true)])], null),
            AddressEnd { Address: var address } => (_map.EndOf(address) is var at ? [new Party(at.What, at.Node, [address])] : [], null),
            BlockEnd block => ([new Party(block.Text, null, []) { Block = block }], null),
            _ => throw new ArgumentException($"{end.GetType().Name} is no end", nameof(end)),
        };

    private (List<Party> Found, string? Problem) FindPods(PodsEnd end)
    {
        var spaces = end.Namespace is { } one ? [one] : _byNamespace.Select(group => group.Key).Where(space => end.Namespaces.Matches(LabelsOf(space))).ToList();
        var chosen = spaces.SelectMany(space => _byNamespace[space])
            .Where(pod => (end.Name is null || FileSystemName.MatchesSimpleExpression(end.Name, pod.Metadata.Name, ignoreCase: false)) && end.Labels.Matches(pod.Metadata.Labels))
            .OrderBy(pod => pod.Key()).ToList();
        if (chosen.Count == 0)
            return ([], NoPod(end, spaces));
        var found = chosen.Select(PartyOf).Where(party => party.Addresses.Count > 0).ToList();
        return (found, found.Count > 0 ? null : $"pod {chosen[0].Key()} has no address: its node {chosen[0].Spec.NodeName} is not there, or it was not started yet");
    }

    private string NoPod(PodsEnd end, List<string> spaces)
    {
        if (spaces.Count == 0)
            return $"no namespace with pods has the labels {Show(end.Namespaces)}; there are {Some(_byNamespace.Select(group => group.Key))}";
        if (end.Namespace is { } space && !_byNamespace.Contains(space))
            return $"namespace {space} has no pods; there are pods in {Some(_byNamespace.Select(group => group.Key))}";
        var others = spaces.SelectMany(name => _byNamespace[name]).ToList();
        var begun = others.Select(pod => pod.Metadata.Name).Where(name => end.Name is not null && name.StartsWith(end.Name + "-", StringComparison.Ordinal)).ToList();
        if (begun.Count > 0)
            return $"there is no pod {end.Name}, but {Some(begun)}: write {end.Name}-*, or labels";
        return end.Name is null
            ? $"no pod {(end.Namespace is null ? "" : $"of namespace {end.Namespace} ")}has the labels {Show(end.Labels)}; there are {Some(others.Select(pod => $"{pod.Metadata.Name} ({pod.Metadata.Labels})"))}"
            : $"there is no pod {end.Namespace ?? "*"}/{end.Name}; there are {Some(others.Select(pod => pod.Metadata.Name))}";
    }

    private (List<Party> Found, string? Problem) FindNodes(NodesEnd end)
    {
        var found = _objects.Nodes
            .Where(node => (end.Name is null || FileSystemName.MatchesSimpleExpression(end.Name, node.Metadata.Name, ignoreCase: false)) && end.Labels.Matches(node.Metadata.Labels))
            .OrderBy(node => node.Metadata.Name, StringComparer.Ordinal)
            .Select(node => new Party($"node {node.Metadata.Name}", node.Metadata.Name, TraceMap.AddressesOf(node).ToEquatableArray()))
            .Where(party => party.Addresses.Count > 0).ToList();
        return (found, found.Count > 0 ? null : $"no node is meant by '{end.Text}'; there are {Some(_objects.Nodes.Select(node => node.Metadata.Name))}");
    }

    private (List<Party> Found, string? Problem) FindService(ServiceEnd end)
    {
        if (_objects.Services.Select(service => service.Service).FirstOrDefault(service => service.Key() == end.Key) is not { } found)
            return end.Key == ClusterDns.Key && _map.DnsAddresses.Count > 0 ? (ClusterDnsItself(), null) : ([], $"there is no Service {end.Key}; there are {Some(_objects.Services.Select(service => service.Service.Key().ToString()))}");
        IEnumerable<string> texts = found.Spec.ClusterIPs.Count > 0 ? found.Spec.ClusterIPs : [found.Spec.ClusterIP ?? ""];
        var addresses = texts.Where(text => IpAddress.TryParse(text, out _)).Select(text => IpAddress.Parse(text)).ToEquatableArray();
        return addresses.Count == 0
            ? ([], $"Service {end.Key} has no cluster IP: name its pods")
            : ([new Party($"service {end.Key}", null, addresses) { Service = found }], null);
    }

    /// <summary>Nodes answer without any such Service too.</summary>
    private List<Party> ClusterDnsItself() => [new Party(TraceMap.ClusterDnsName, null, [.. _map.DnsAddresses.Order()]) { Service = ClusterDns.Assumed }];

    private static Party PartyOf(Pod pod) => new(
        $"pod {pod.Key()}",
        pod.Spec.NodeName,
        PodCompletion.Addresses(pod).Where(text => IpAddress.TryParse(text, out _)).Select(text => IpAddress.Parse(text)).ToEquatableArray())
    {
        Pod = pod,
    };

    private StringMap LabelsOf(string space)
    {
        var labels = _labels.GetValueOrDefault(space);
        return labels.Find("kubernetes.io/metadata.name") is null ? labels.With("kubernetes.io/metadata.name", space) : labels;
    }

    private static string Show(LabelSelector selector) => string.Join(',', selector.MatchExpressions.Select(
        requirement => requirement is { Operator: "In", Values: [var value] } ? $"{requirement.Key}={value}" : requirement.ToString()));

    private static string Some(IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? "none" : string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $" and {all.Count - Shown} more" : "");
    }
}
