using System.Net;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Supervision;
using Weft.Model.Dns;

namespace Weft.Lab.Probing;

/// <summary>Turns what was asked for into pairs of a namespace and an address, and has them measured.</summary>
public sealed class ProbePlanner(Cluster cluster, KubeClient client)
{
    private readonly List<string> _notices = [];

    /// <summary>Plans and measures.</summary>
    /// <exception cref="LabException">Nothing matches a selector, or a word means nothing.</exception>
    public async Task<ProbeReport> RunAsync(ProbeRequest request, CancellationToken ct)
    {
        var pods = (await client.ListAsync<Pod>(request.Namespace, cancel: ct).ConfigureAwait(false)).Items
            .Where(pod => pod.Status.PodIP is not null && pod.IsActive())
            .OrderBy(pod => pod.Metadata.Namespace, StringComparer.Ordinal).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .ToArray();
        var pairs = request.Pairs is { } given ? Pairs(pods, given) : await PairsAsync(pods, request, ct).ConfigureAwait(false);
        var results = await Prober.MeasureAsync(pairs, TimeSpan.FromMilliseconds(request.TimeoutMilliseconds), ct).ConfigureAwait(false);
        return new ProbeReport(results, results.Count(result => result.Reached), results.Count) { Notices = _notices };
    }

    private async Task<(ProbeSource Source, ProbeTarget Target, string Protocol)[]> PairsAsync(Pod[] pods, ProbeRequest request, CancellationToken ct)
    {
        var sources = Sources(pods, request);
        var targets = await TargetsAsync(pods, request, ct).ConfigureAwait(false);
        return [.. sources.SelectMany(source => targets.Select(target => (source, target, request.Protocol)))];
    }

    private (ProbeSource Source, ProbeTarget Target, string Protocol)[] Pairs(Pod[] pods, IReadOnlyList<ProbePair> pairs)
    {
        var sources = pairs.Select(pair => pair.From).Distinct(StringComparer.Ordinal).ToDictionary(name => name, name => Source(pods, name), StringComparer.Ordinal);
        return [.. pairs.Select(pair => (sources[pair.From], TargetOf(pair), pair.Protocol))];
    }

    private static ProbeTarget TargetOf(ProbePair pair) =>
        new(pair.To, IPAddress.Parse(pair.Address), pair.Port) { Host = pair.Host is { } host ? DnsName.Parse(host) : null };

    private ProbeSource Source(Pod[] pods, string name) => name.StartsWith("node/", StringComparison.Ordinal)
        ? Source(cluster.Node(name["node/".Length..]))
        : Source(Array.Find(pods, pod => NameOf(pod) == name) ?? throw new LabException($"the pod {name} does not run: `weft status` lists those that do"));

    private IReadOnlyList<ProbeSource> Sources(Pod[] pods, ProbeRequest request)
    {
        if (request.From == "nodes")
            return [.. cluster.Nodes.Select(node => Source(node))];
        if (request.From?.StartsWith("node/", StringComparison.Ordinal) == true)
            return [Source(cluster.Node(request.From["node/".Length..]))];
        return [.. Select(pods, request.From, "--from").Select(Source)];
    }

    private ProbeSource Source(ClusterNode node) =>
        new($"node/{node.Name}", $"/proc/{node.World?.InitPid ?? throw new LabException($"the node '{node.Name}' is stopped")}/ns/net");

    private ProbeSource Source(Pod pod)
    {
        var (space, name) = (pod.Metadata.Namespace!, pod.Metadata.Name);
        return new ProbeSource(NameOf(pod), cluster.NodeOf(space, name).Pods!.NetnsPath(space, name)
            ?? throw new LabException($"the pod {space}/{name} has no network namespace yet"));
    }

    private async Task<IReadOnlyList<ProbeTarget>> TargetsAsync(Pod[] pods, ProbeRequest request, CancellationToken ct)
    {
        if (request.To is { } text)
        {
            if (ServiceTargets.TryParse(text, request) is { } service)
                return await service.FindAsync(client, ct).ConfigureAwait(false);
            if (Addresses(text, request) is { } named)
                return named;
        }

        var targets = new List<ProbeTarget>();
        foreach (var pod in Select(pods, request.To, "--to"))
        {
            if ((request.Port ?? FirstPort(pod, request.Protocol)) is { } port)
                targets.AddRange(AddressesOf(pod).Select(address => new ProbeTarget(NameOf(pod), address, port)));
            else
                _notices.Add($"{NameOf(pod)} declares no {request.Protocol} port and is no target: give --port");
        }

        return targets;
    }

    private ProbeTarget[]? Addresses(string text, ProbeRequest request)
    {
        if (text.StartsWith("node/", StringComparison.Ordinal))
        {
            var port = PortOf(text, request);
            return [.. cluster.Node(text["node/".Length..]).Addresses.Select(address => new ProbeTarget(text, address.ToIPAddress(), port))];
        }

        if (IPAddress.TryParse(text, out var named))
            return [new ProbeTarget(text, named, PortOf(text, request))];
        return IPEndPoint.TryParse(text, out var endpoint) ? [new ProbeTarget(endpoint.Address.ToString(), endpoint.Address, endpoint.Port)] : null;
    }

    // A pod of two families is a target twice.
    private static IEnumerable<IPAddress> AddressesOf(Pod pod) =>
        pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs.Select(address => IPAddress.Parse(address.Ip)) : [IPAddress.Parse(pod.Status.PodIP!)];

    private static int PortOf(string target, ProbeRequest request) =>
        request.Port ?? throw new LabException($"which port of {target}? Give --port");

    private static IReadOnlyList<Pod> Select(Pod[] pods, string? text, string flag)
    {
        if (text is null)
            return pods;
        Pod[] found;
        if (text.AsSpan().ContainsAny("=!,( "))
        {
            if (!LabelSelector.TryParse(text, out var selector, out var error))
                throw new LabException($"{flag} {text} is not a label selector: {error}");
            found = [.. pods.Where(pod => selector.Matches(pod.Metadata.Labels))];
        }
        else
        {
            found = [.. pods.Where(pod => NameOf(pod) == text || pod.Metadata.Name == text)];
        }

        return found.Length > 0 ? found : throw new LabException($"{flag} {text} matches no running pod: `weft status` lists them");
    }

    private static int? FirstPort(Pod pod, string protocol) =>
        pod.Spec.Containers.SelectMany(container => container.Ports)
            .FirstOrDefault(port => string.Equals(port.Protocol ?? "TCP", protocol, StringComparison.OrdinalIgnoreCase))?.Port;

    private static string NameOf(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}
