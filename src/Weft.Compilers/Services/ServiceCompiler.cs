using System.Collections.Immutable;
using Weft.Compilers.Incremental;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>
/// Compiles Services and their EndpointSlices into what one node's proxy serves. The result depends on the snapshot and the node's name only; what is
/// remembered from the call before makes the next one cost what changed.
/// </summary>
/// <remarks>
/// Semantics are those of upstream's proxy (pkg/proxy: serviceport.go, topology.go, endpointslicecache.go). Snapshots whose Services keep their order
/// are compared fastest. Not for concurrent use.
/// </remarks>
public sealed class ServiceCompiler
{
    private Dictionary<ObjectKey, CompiledService> _services = [];
    private readonly HashSet<CompiledService> _troubled = [];
    private readonly HashSet<CompiledService> _checked = [];
    private ServiceClaims _claims = new();
    private ClusterSnapshot _snapshot = new();
    private ServiceContext? _context;
    private ServiceCompilation _last = new(ServiceTable.Empty, []);

    /// <summary>Compiles a snapshot, for the node of that name.</summary>
    public ServiceCompilation Compile(ClusterSnapshot cluster, string nodeName)
    {
        var context = ContextOf(cluster, nodeName);
        var isNewContext = !ReferenceEquals(context, _context);
        var replaced = isNewContext ? Forget() : [];
        var match = ListChange<ServiceObjects>.Between(isNewContext ? [] : _snapshot.Services.AsSpan(), cluster.Services.AsSpan());
        _snapshot = cluster;
        _context = context;
        if (match.IsEmpty && !isNewContext)
            return _last;
        var ports = Apply(match, replaced, isNewContext ? [] : _last.Table.Ports);
        return _last = Assemble(ports, context);
    }

    /// <summary>Compiles a snapshot without a memory.</summary>
    public static ServiceCompilation CompileOnce(ClusterSnapshot cluster, string nodeName) => new ServiceCompiler().Compile(cluster, nodeName);

    /// <summary>The context of the call before, unless it changed.</summary>
    private ServiceContext ContextOf(ClusterSnapshot cluster, string nodeName)
    {
        var isSame = _context is not null && _context.Node == nodeName
            && _snapshot.Nodes == cluster.Nodes && _snapshot.ServiceCidrs == cluster.ServiceCidrs && ReferenceEquals(_snapshot.Configuration, cluster.Configuration);
        if (isSame)
            return _context!;
        var context = ServiceContext.Of(cluster, nodeName);
        return context == _context ? _context : context;
    }

    /// <summary>Brings what is remembered up to date and returns the ports of the whole table.</summary>
    private EquatableArray<ProxiedPort> Apply(ListChange<ServiceObjects> match, Dictionary<ObjectKey, CompiledService> replaced, EquatableArray<ProxiedPort> ports)
    {
        var affected = new HashSet<CompiledService>();
        var removed = new List<ProxiedPort>();
        var added = new List<ProxiedPort>(match.Come.Count);
        foreach (var objects in match.Gone)
            TakeOut(objects.Service.Key(), replaced, affected, removed);
        _claims.Expect(match.Come.Count);
        _services.EnsureCapacity(_services.Count + match.Come.Count);
        foreach (var objects in match.Come)
            added.AddRange(PutIn(objects, replaced, affected).Served);
        foreach (var service in affected)
        {
            if (_services.GetValueOrDefault(service.Key) != service)
                continue;
            removed.AddRange(service.Served);
            _claims.Settle(service);
            added.AddRange(service.Served);
            Note(service);
        }

        return SortedChange.Of(ports, removed, added, PortOrder.Compare);
    }

    private void TakeOut(
        ObjectKey key, Dictionary<ObjectKey, CompiledService> replaced, HashSet<CompiledService> affected, List<ProxiedPort> removed)
    {
        if (!_services.Remove(key, out var service))
            return;
        replaced[key] = service;
        removed.AddRange(service.Served);
        _claims.Remove(service, affected);
        _troubled.Remove(service);
        _checked.Remove(service);
    }

    private CompiledService PutIn(ServiceObjects objects, Dictionary<ObjectKey, CompiledService> replaced, HashSet<CompiledService> affected)
    {
        var service = ServiceReader.Read(objects, _context!, replaced.GetValueOrDefault(objects.Service.Key()));
        _services[service.Key] = service;
        _claims.Add(service, affected);
        Note(service);
        return service;
    }

    private void Note(CompiledService service)
    {
        if (service.HasProblems)
            _troubled.Add(service);
        else
            _troubled.Remove(service);
        if (service.HealthCheck is not null)
            _checked.Add(service);
    }

    private ServiceCompilation Assemble(EquatableArray<ProxiedPort> ports, ServiceContext context)
    {
        var table = new ServiceTable
        {
            Ports = ports,
            PodRanges = context.PodRanges,
            ServiceRanges = context.ServiceRanges,
            NodePortAddresses = context.NodePortAddresses,
            MasqueradeAll = context.MasqueradeAll,
            HealthChecks = HealthChecks(),
        };
        var isSame = table.Ports.AsSpan() == _last.Table.Ports.AsSpan() && table == _last.Table;
        return new ServiceCompilation(isSame ? _last.Table : table, Problems());
    }

    private EquatableArray<ServiceHealthCheck> HealthChecks()
    {
        var checks = _checked.Select(service => service.HealthCheck!.Value).ToList();
        checks.Sort(static (left, right) => (left.Port, left.Namespace, left.Service).CompareTo((right.Port, right.Namespace, right.Service)));
        return [.. checks];
    }

    private EquatableArray<Problem> Problems()
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        foreach (var service in _troubled)
        {
            problems.AddRange(service.Problems);
            problems.AddRange(service.Conflicts);
        }

        problems.Sort(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));
        return problems.DrainToImmutable();
    }

    /// <summary>Starts anew; what was known is returned, so that ports which come out the same keep their reference.</summary>
    private Dictionary<ObjectKey, CompiledService> Forget()
    {
        var known = _services;
        _services = [];
        _troubled.Clear();
        _checked.Clear();
        _claims = new ServiceClaims();
        return known;
    }
}
