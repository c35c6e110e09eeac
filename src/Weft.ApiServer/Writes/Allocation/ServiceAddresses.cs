using System.Text.Json.Nodes;
using Weft.ApiServer.Json;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Storage;
using Weft.Model;

namespace Weft.ApiServer.Writes;

/// <summary>Gives Services their cluster addresses, node ports and health check ports.</summary>
/// <remarks>
/// What is taken follows from the stored Services alone, so a restart or a delete needs no repair. Every write of a Service passes one
/// gate between the look at what is free and the store: two requests never get the same address.
/// </remarks>
internal sealed class ServiceAddresses
{
    private readonly Lock _gate = new();
    private readonly ServiceIndex _taken;
    private readonly IReadOnlyList<ServiceRange> _ranges;
    private readonly ServiceFamilies _families;
    private readonly NodePorts _ports;

    public ServiceAddresses(IReadOnlyList<string> cidrs, NodePortRange nodePorts, ObjectStore store, bool keepsDns)
    {
        _ports = new NodePorts(nodePorts);
        _ranges = [.. cidrs.Select(cidr => new ServiceRange(IpPrefix.Parse(cidr), keepsDns))];
        _families = new ServiceFamilies([.. _ranges.Select(range => range.Family).Distinct()]);
        _taken = new ServiceIndex(store);
    }

    /// <summary>The addresses of the Service <c>default/kubernetes</c>: the first of each range.</summary>
    public IReadOnlyList<IpAddress> KubernetesAddresses => [.. _ranges.Select(r => r.First)];

    /// <summary>The addresses of the Service <c>kube-system/kube-dns</c>: the tenth of each range that has one.</summary>
    public IReadOnlyList<IpAddress> DnsAddresses => [.. _ranges.Select(r => r.Dns).OfType<IpAddress>()];

    public bool Serves(ResourceKind kind) => ReferenceEquals(kind, ServiceKind.Kind);

    /// <summary>Completes the Service and stores it while nobody else can take the same address.</summary>
    /// <param name="service">The Service, validated.</param>
    /// <param name="current">The stored Service on an update; what it holds it may keep.</param>
    /// <exception cref="StatusException">422: an address or port is out of range or taken. 500: none is free.</exception>
    public StoredObject? TryStore(JsonObject service, StoredObject? current, Func<StoredObject?> store)
    {
        if (service["spec"] is not JsonObject spec)
            return store();
        var old = current?.Parse()["spec"] as JsonObject;
        lock (_gate)
        {
            _taken.CatchUp();
            var owner = ServiceIndex.Owner(service.Text("metadata", "namespace"), service.Text("metadata", "name"));
            var errors = new List<FieldError>();
            _families.Settle(spec, old, errors);
            if (errors.Count == 0)
                Allocate(spec, old, owner, errors);
            if (errors.Count == 0)
                _ports.Allocate(spec, old, _taken, owner, errors);
            if (errors.Count > 0)
                throw Status.Invalid(ServiceKind.Kind, service.Text("metadata", "name") ?? "", errors);
            return store();
        }
    }

    private void Allocate(JsonObject spec, JsonObject? old, string owner, List<FieldError> errors)
    {
        if (spec.Text("type") == "ExternalName" || spec.Text("clusterIP") == "None" || ServiceFamilies.KeepsPreference(spec, old))
            return;
        var given = spec.Texts("clusterIPs");
        var kept = old.Texts("clusterIPs");
        var families = spec.Texts("ipFamilies");
        for (var i = 0; i < families.Count; i++)
        {
            if (i >= given.Count)
                given.Add(Take(families[i]));
            else if (!kept.Contains(given[i]))
                Check(given[i], given, owner, errors);
        }
        spec["clusterIP"] = given.FirstOrDefault();
        spec["clusterIPs"] = JsonText.List(given);
    }

    private string Take(string family) => _ranges.First(range => range.Family == family).TryTake(_taken)?.ToString()
        ?? throw Status.InternalError("failed to allocate a serviceIP: range is full");

    private void Check(string text, List<string> all, string owner, List<FieldError> errors)
    {
        var problem = !IpAddress.TryParse(text, out var address) ? "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
            : !_ranges.Any(range => range.Contains(address)) ? $"the provided IP is not in the valid range. The range of valid IPs is {string.Join(',', _ranges.Where(range => range.IsV6 == address.IsV6))}"
            : !_taken.IsFree(address, owner) ? "provided IP is already allocated"
            : null;
        if (problem is not null)
            errors.Add(FieldError.Invalid("spec.clusterIPs", JsonText.List(all).ToJsonString(), $"failed to allocate IP {text}: {problem}"));
    }
}
