using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;
using Weft.Model;

namespace Weft.ApiServer.Writes;

/// <summary>Gives Services their cluster addresses and node ports.</summary>
/// <remarks>
/// What is taken is read from the stored Services under a gate that every write of a Service passes, so there is no second truth to
/// repair. Free addresses are given out above a band that is left to Services which name their address (KEP-3070).
/// </remarks>
internal sealed class ServiceAddresses
{
    private const int FirstNodePort = 30000;
    private const int LastNodePort = 32767;

    private readonly Lock _gate = new();
    private readonly Func<Snapshot> _snapshot;
    private readonly IReadOnlyList<ServiceRange> _ranges;
    private int _nextNodePort = FirstNodePort;

    public ServiceAddresses(IReadOnlyList<string> cidrs, Func<Snapshot> snapshot)
    {
        _ranges = [.. cidrs.Select(cidr => new ServiceRange(IpPrefix.Parse(cidr)))];
        _snapshot = snapshot;
    }

    /// <summary>The addresses of the Service <c>default/kubernetes</c>: the first of each range.</summary>
    public IReadOnlyList<IpAddress> KubernetesAddresses => [.. _ranges.Select(r => r.First)];

    public bool Serves(ResourceKind kind) => ReferenceEquals(kind, ServiceKind.Kind);

    /// <summary>Completes the Service and stores it while nobody else can take the same address.</summary>
    /// <exception cref="StatusException">422: an address or port is out of range or taken, or none is free.</exception>
    public StoredObject? TryStore(JsonObject service, Func<StoredObject?> store)
    {
        lock (_gate)
        {
            var errors = new List<FieldError>();
            var (addresses, ports) = Taken(service);
            if (service["spec"] is JsonObject spec)
            {
                if (spec.Text("type") == "ExternalName")
                    Release(spec);
                else if (spec.Text("clusterIP") != "None")
                    Allocate(spec, addresses, errors);
                else
                    spec["clusterIPs"] = new JsonArray("None");
                AllocatePorts(spec, ports, errors);
            }
            if (errors.Count > 0)
                throw Status.Invalid(ServiceKind.Kind, service.Text("metadata", "name") ?? "", errors);
            return store();
        }
    }

    private static void Release(JsonObject spec)
    {
        foreach (var name in (string[])["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
            spec.Remove(name);
    }

    private (HashSet<string> Addresses, HashSet<string> Ports) Taken(JsonObject except)
    {
        var (addresses, ports) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var (ns, name) = (except.Text("metadata", "namespace"), except.Text("metadata", "name"));
        foreach (var service in _snapshot().Of(ServiceKind.Kind.StorageKey).In(null))
        {
            if (service.Name == name && service.Namespace == ns)
                continue;
            addresses.UnionWith(service.Fields[ServiceKind.ClusterIpsField].Split(' '));
            ports.UnionWith(service.Fields[ServiceKind.NodePortsField].Split(' '));
        }
        return (addresses, ports);
    }

    private void Allocate(JsonObject spec, HashSet<string> taken, List<FieldError> errors)
    {
        var given = spec.Items("clusterIPs").Select(ip => ip.Text() ?? "").Where(ip => ip.Length > 0).ToList();
        if (given.Count == 0 && spec.Text("clusterIP") is { Length: > 0 } single)
            given.Add(single);
        var families = Families(spec, given);
        for (var i = 0; i < families.Count; i++)
        {
            if (i < given.Count)
                CheckGiven(given[i], i, taken, errors);
            else if (_ranges.FirstOrDefault(r => r.Family == families[i])?.TryTake(taken) is { } free)
                given.Add(free);
            else
                errors.Add(FieldError.Invalid("spec.clusterIPs", "[]", $"failed to allocate a serviceIP: range is full or no {families[i]} range is configured"));
        }
        if (given.Count == 0)
            return;
        spec["clusterIP"] = given[0];
        spec["clusterIPs"] = new JsonArray([.. given.Select(ip => (JsonNode)ip)]);
        spec["ipFamilies"] = new JsonArray([.. families.Select(f => (JsonNode)f)]);
        spec["ipFamilyPolicy"] = spec.Text("ipFamilyPolicy") ?? (families.Count > 1 ? "RequireDualStack" : "SingleStack");
    }

    private List<string> Families(JsonObject spec, List<string> given)
    {
        var families = spec.Items("ipFamilies").Select(f => f.Text() ?? "").ToList();
        if (families.Count == 0)
            families = [.. given.Select(ip => ip.Contains(':') ? "IPv6" : "IPv4")];
        if (families.Count == 0)
            families.Add(_ranges[0].Family);
        if (families.Count == 1 && spec.Text("ipFamilyPolicy") is "PreferDualStack" or "RequireDualStack")
            families.AddRange(_ranges.Select(r => r.Family).Where(f => f != families[0]).Take(1));
        return families;
    }

    private void CheckGiven(string text, int index, HashSet<string> taken, List<FieldError> errors)
    {
        var field = $"spec.clusterIPs[{index}]";
        if (!IpAddress.TryParse(text, out var address))
            errors.Add(FieldError.Invalid(field, $"\"{text}\"", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        else if (!_ranges.Any(r => r.Contains(address)))
            errors.Add(FieldError.Invalid("spec.clusterIPs", $"[\"{text}\"]", $"failed to allocate IP {text}: the provided IP is not in the valid range. The range of valid IPs is {string.Join(',', _ranges)}"));
        else if (taken.Contains(text))
            errors.Add(FieldError.Invalid("spec.clusterIPs", $"[\"{text}\"]", $"failed to allocate IP {text}: provided IP is already allocated"));
    }

    private void AllocatePorts(JsonObject spec, HashSet<string> taken, List<FieldError> errors)
    {
        var wanted = spec.Text("type") is "NodePort" or "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts") is not false;
        var index = 0;
        foreach (var port in spec.Items("ports").OfType<JsonObject>())
        {
            var given = port.Number("nodePort") ?? 0;
            if (given is > 0 and (< FirstNodePort or > LastNodePort))
                errors.Add(FieldError.Invalid($"spec.ports[{index}].nodePort", $"{given}", $"provided port is not in the valid range. The range of valid ports is {FirstNodePort}-{LastNodePort}"));
            else if (given > 0 && taken.Contains($"{given}"))
                errors.Add(FieldError.Invalid($"spec.ports[{index}].nodePort", $"{given}", "provided port is already allocated"));
            else if (given == 0 && wanted)
                TakePort(port, taken);
            taken.Add($"{port.Number("nodePort")}");
            index++;
        }
    }

    private void TakePort(JsonObject port, HashSet<string> taken)
    {
        for (var tried = FirstNodePort; tried <= LastNodePort; tried++)
        {
            var candidate = _nextNodePort++;
            if (_nextNodePort > LastNodePort)
                _nextNodePort = FirstNodePort;
            if (taken.Contains($"{candidate}"))
                continue;
            port["nodePort"] = candidate;
            return;
        }
    }
}
