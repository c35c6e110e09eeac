using Weft.Kubernetes;
using Weft.Model.Services;

namespace Weft.Node.Proxy.Connections;

/// <summary>The ports of UDP and SCTP that were served when flows were looked at last, to know which are to be looked at again.</summary>
internal sealed class DatagramPorts
{
    private readonly Dictionary<ObjectKey, ProxiedPort[]> _known = [];

    /// <summary>What to look for after these Services changed; null for all, as after a start.</summary>
    /// <param name="table">What is served now.</param>
    /// <param name="find">The objects of a Service.</param>
    /// <param name="changed">Services that changed.</param>
    public FlowRules Note(ServiceTable table, Func<ObjectKey, ServiceObjects?> find, IReadOnlyCollection<ObjectKey>? changed)
    {
        var rules = new FlowRules();
        if (changed is null)
            rules.ForgetUnserved(table.ServiceRanges);
        var now = changed is null ? All(table) : changed.ToDictionary(key => key, key => PortsOf(table, key));
        foreach (var key in now.Keys)
        {
            foreach (var port in _known.GetValueOrDefault(key) ?? [])
                rules.Forget(port);
        }

        foreach (var (key, ports) in now)
        {
            var objects = ports.Length > 0 ? find(key) : null;
            foreach (var port in ports)
                rules.Serve(port, objects is null ? [] : ServingEndpoints.Of(objects, port));
            if (ports.Length > 0)
                _known[key] = ports;
            else
                _known.Remove(key);
        }

        return rules;
    }

    private Dictionary<ObjectKey, ProxiedPort[]> All(ServiceTable table)
    {
        var all = _known.Keys.ToDictionary(key => key, _ => Array.Empty<ProxiedPort>());
        foreach (var ports in table.Ports.Where(IsDatagram).GroupBy(port => new ObjectKey(port.Name.Namespace, port.Name.Service)))
            all[ports.Key] = [.. ports];
        return all;
    }

    /// <summary>Ports are sorted by name, so those of a Service stand together.</summary>
    private static ProxiedPort[] PortsOf(ServiceTable table, ObjectKey key)
    {
        var ports = table.Ports.AsSpan();
        var (low, high) = (0, ports.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Compare(ports[middle], key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        var found = new List<ProxiedPort>();
        for (; low < ports.Length && Compare(ports[low], key) == 0; low++)
        {
            if (IsDatagram(ports[low]))
                found.Add(ports[low]);
        }

        return [.. found];
    }

    private static int Compare(ProxiedPort port, ObjectKey key) => new ObjectKey(port.Name.Namespace, port.Name.Service).CompareTo(key);

    private static bool IsDatagram(ProxiedPort port) => port.Name.Protocol != L4Protocol.Tcp;
}
