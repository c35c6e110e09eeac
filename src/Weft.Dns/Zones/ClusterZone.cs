using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <summary>What the cluster's zone is like, whatever is in it.</summary>
/// <param name="Origin">The cluster's domain.</param>
public sealed record ZoneSettings(DnsName Origin)
{
    /// <summary>Seconds that others may remember a record, or that there is none; 5 as the kubernetes plugin of CoreDNS.</summary>
    public uint Ttl { get; init; } = 5;

    /// <summary>Addresses of the DNS server, which <c>ns.dns</c> has.</summary>
    public EquatableArray<IpAddress> Servers { get; init; }

    /// <summary>Whether <c>1-2-3-4.namespace.pod</c> leads to 1.2.3.4.</summary>
    public PodRecords Pods { get; init; } = PodRecords.Unchecked;

    /// <summary>Whom names of pods are checked against, where they are; without it none exists then.</summary>
    public IPodAddresses? PodAddresses { get; init; }
}

/// <summary>The cluster's names where queries find them. Immutable: a change makes another zone, which shares with this one what did not change.</summary>
public sealed partial class ClusterZone
{
    private readonly ZoneSettings _settings;
    private readonly DnsTable _table;
    private readonly HashTrie<ServiceEntry> _services;
    private readonly HashTrie<NamespaceEntry> _namespaces;
    private readonly HashTrie<BackEntry> _reverse;

    private ClusterZone(ZoneSettings settings, DnsTable table, uint serial, HashTrie<ServiceEntry> services, HashTrie<NamespaceEntry> namespaces, HashTrie<BackEntry> reverse)
    {
        (_settings, _table, Serial, _services, _namespaces, _reverse) = (settings, table, serial, services, namespaces, reverse);
        _names = new ZoneNames(settings.Origin);
    }

    /// <summary>Counts changes, as the zone's start tells them.</summary>
    public uint Serial { get; }

    /// <summary>What it is like, whatever is in it.</summary>
    public ZoneSettings Settings => _settings;

    /// <summary>A zone without Services.</summary>
    /// <param name="serial">The first serial: one that is larger than before, as seconds since 1970 are.</param>
    public static ClusterZone Empty(ZoneSettings settings, uint serial) =>
        new(settings, DnsTable.Empty, serial, HashTrie<ServiceEntry>.Empty, HashTrie<NamespaceEntry>.Empty, HashTrie<BackEntry>.Empty);

    /// <summary>The zone with other names; costs what changed, and a comparison of references.</summary>
    public ClusterZone With(DnsTable table)
    {
        if (ReferenceEquals(table, _table))
            return this;
        var (services, reverse) = (_services.Edit(), _reverse.Edit());
        Merge(_table.Services.AsSpan(), table.Services.AsSpan(), Order, gone => Remove(gone, services, reverse), come => Add(come, services, reverse));
        var namespaces = _namespaces;
        if (_table.Namespaces != table.Namespaces)
        {
            var edited = _namespaces.Edit();
            Merge(_table.Namespaces.AsSpan(), table.Namespaces.AsSpan(), string.CompareOrdinal, gone => Remove(gone, edited), come => Add(come, edited));
            namespaces = edited.Finish();
        }

        return new ClusterZone(_settings, table, unchecked(Serial + 1), services.Finish(), namespaces, reverse.Finish());
    }

    private void Add(NamedService service, HashTrie<ServiceEntry>.Editor services, HashTrie<BackEntry>.Editor reverse)
    {
        var entry = new ServiceEntry(service, _names.ServiceSuffix);
        services.Add(entry.Hash, entry);
        foreach (var (address, back) in entry.Back())
            reverse.Add(address.GetHashCode(), back);
    }

    private void Remove(NamedService service, HashTrie<ServiceEntry>.Editor services, HashTrie<BackEntry>.Editor reverse)
    {
        var hash = new ServiceEntry(service, _names.ServiceSuffix).Hash;
        foreach (var entry in _services.Bucket(hash))
        {
            if (!ReferenceEquals(entry.Service, service))
                continue;
            services.Remove(hash, entry);
            foreach (var address in entry.Addresses)
            {
                foreach (var back in _reverse.Bucket(address.GetHashCode()))
                {
                    if (ReferenceEquals(back.Owner, entry) && back.Has(address))
                        reverse.Remove(address.GetHashCode(), back);
                }
            }
        }
    }

    private static void Add(string name, HashTrie<NamespaceEntry>.Editor namespaces)
    {
        var entry = new NamespaceEntry(name);
        namespaces.Add(entry.Hash, entry);
    }

    private void Remove(string name, HashTrie<NamespaceEntry>.Editor namespaces)
    {
        var hash = new NamespaceEntry(name).Hash;
        foreach (var entry in _namespaces.Bucket(hash))
        {
            if (entry.Name == name)
                namespaces.Remove(hash, entry);
        }
    }

    /// <summary>Goes through two sorted lists at once; what is in both by reference is in neither.</summary>
    private static void Merge<T>(ReadOnlySpan<T> before, ReadOnlySpan<T> after, Comparison<T> order, Action<T> gone, Action<T> come)
        where T : class
    {
        while (!before.IsEmpty || !after.IsEmpty)
        {
            var compared = before.IsEmpty ? 1 : after.IsEmpty ? -1 : ReferenceEquals(before[0], after[0]) ? 0 : order(before[0], after[0]);
            if (compared <= 0 && !(compared == 0 && ReferenceEquals(before[0], after[0])))
                gone(before[0]);
            if (compared >= 0 && !(compared == 0 && ReferenceEquals(before[0], after[0])))
                come(after[0]);
            if (compared <= 0)
                before = before[1..];
            if (compared >= 0)
                after = after[1..];
        }
    }

    private static int Order(NamedService left, NamedService right)
    {
        var order = string.CompareOrdinal(left.Namespace, right.Namespace);
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }
}
