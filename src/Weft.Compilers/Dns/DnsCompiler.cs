using Weft.Compilers.Incremental;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns;

/// <summary>What came of compiling names.</summary>
/// <param name="Table">The names.</param>
/// <param name="Problems">What is wrong with objects.</param>
public readonly record struct DnsCompilation(DnsTable Table, EquatableArray<Problem> Problems);

/// <summary>Compiles Services, their EndpointSlices and namespaces into the cluster's names; the same on every node.</summary>
/// <remarks>What is remembered from the call before makes the next one cost what changed. Not for concurrent use.</remarks>
public sealed class DnsCompiler
{
    private readonly Dictionary<ServiceObjects, ServiceNaming> _services = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<ObjectKey, ServiceNaming> _troubled = [];
    private ClusterSnapshot _snapshot = new();
    private DnsCompilation _last = new(DnsTable.Empty, []);

    /// <summary>Compiles a snapshot.</summary>
    public DnsCompilation Compile(ClusterSnapshot cluster)
    {
        var change = ListChange<ServiceObjects>.Between(_snapshot.Services.AsSpan(), cluster.Services.AsSpan());
        var namespaces = _snapshot.Policies.Namespaces == cluster.Policies.Namespaces ? _last.Table.Namespaces : NamesOf(cluster.Policies.Namespaces);
        _snapshot = cluster;
        if (change.IsEmpty && namespaces == _last.Table.Namespaces)
            return _last;
        var services = Apply(change);
        return _last = new DnsCompilation(new DnsTable(services, namespaces), [.. _troubled.Values.SelectMany(naming => naming.Problems)]);
    }

    /// <summary>Compiles a snapshot without a memory.</summary>
    public static DnsCompilation CompileOnce(ClusterSnapshot cluster) => new DnsCompiler().Compile(cluster);

    private EquatableArray<NamedService> Apply(ListChange<ServiceObjects> change)
    {
        var (removed, added) = (new List<NamedService>(), new List<NamedService>());
        foreach (var objects in change.Gone)
        {
            if (!_services.Remove(objects, out var naming))
                continue;
            _troubled.Remove(objects.Service.Key());
            if (naming.Service is { } service)
                removed.Add(service);
        }

        foreach (var objects in change.Come)
        {
            var naming = ServiceNames.Of(objects);
            _services[objects] = naming;
            if (naming.Problems.Count > 0)
                _troubled[objects.Service.Key()] = naming;
            if (naming.Service is { } service)
                added.Add(service);
        }

        return SortedChange.Of(_last.Table.Services, removed, added, Compare);
    }

    private static EquatableArray<string> NamesOf(EquatableArray<Namespace> namespaces) => [.. namespaces.Select(one => one.Metadata.Name).Order(StringComparer.Ordinal)];

    private static int Compare(NamedService left, NamedService right)
    {
        var order = string.CompareOrdinal(left.Namespace, right.Namespace);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }
}
