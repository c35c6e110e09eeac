using Weft.ApiServer.Kinds;
using Weft.ApiServer.Storage;
using Weft.Model;

namespace Weft.ApiServer.Writes;

/// <summary>Which Service holds which address and which node port: an index over the stored Services that follows their log.</summary>
/// <remarks>Not thread-safe: its owner's gate guards it. A write costs what changed, whatever the number of Services.</remarks>
internal sealed class ServiceIndex(ObjectStore store)
{
    private static readonly string Key = ServiceKind.Kind.StorageKey;

    private readonly Dictionary<IpAddress, string> _addresses = [];
    private readonly Dictionary<int, string> _ports = [];
    private ChangeLog.Link? _seen;

    /// <summary>Number of addresses held.</summary>
    public int Addresses => _addresses.Count;

    /// <summary>Names a Service in this index.</summary>
    public static string Owner(string? ns, string? name) => $"{ns}/{name}";

    public bool IsFree(IpAddress address, string? owner = null) => !_addresses.TryGetValue(address, out var holder) || holder == owner;

    public bool IsFree(int port, string? owner = null) => !_ports.TryGetValue(port, out var holder) || holder == owner;

    /// <summary>Takes in what was stored since the last call.</summary>
    public void CatchUp()
    {
        _seen ??= Start();
        while (_seen.NextNow is { } next)
        {
            _seen = next;
            var (_, before, after, deleted) = next.Change!;
            if (before is not null)
                Remove(before);
            if (!deleted)
                Add(after);
        }
    }

    private ChangeLog.Link Start()
    {
        while (true)
        {
            var snapshot = store.Current;
            if (store.Log(Key).Seek(snapshot.Revision) is not { } link)
                continue;
            foreach (var service in snapshot.Of(Key).In(null))
                Add(service);
            return link;
        }
    }

    private void Add(StoredObject service)
    {
        var owner = Owner(service.Namespace, service.Name);
        foreach (var address in AddressesOf(service))
            _addresses.TryAdd(address, owner);
        foreach (var port in PortsOf(service))
            _ports.TryAdd(port, owner);
    }

    private void Remove(StoredObject service)
    {
        var owner = Owner(service.Namespace, service.Name);
        foreach (var address in AddressesOf(service).Where(address => _addresses.GetValueOrDefault(address) == owner))
            _addresses.Remove(address);
        foreach (var port in PortsOf(service).Where(port => _ports.GetValueOrDefault(port) == owner))
            _ports.Remove(port);
    }

    private static IEnumerable<IpAddress> AddressesOf(StoredObject service)
    {
        foreach (var text in service.Fields[ServiceKind.ClusterIpsField].Split(' '))
        {
            if (IpAddress.TryParse(text, out var address))
                yield return address;
        }
    }

    private static IEnumerable<int> PortsOf(StoredObject service)
    {
        foreach (var text in service.Fields[ServiceKind.NodePortsField].Split(' ').Append(service.Fields[ServiceKind.HealthPortField]))
        {
            if (int.TryParse(text, out var port) && port > 0)
                yield return port;
        }
    }
}
