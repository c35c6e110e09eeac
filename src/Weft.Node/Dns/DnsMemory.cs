using Weft.Compilers.Clusters;
using Weft.Compilers.Dns.Settings;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>How cluster DNS begins before the API server was heard.</summary>
/// <param name="View">Settings and addresses.</param>
/// <param name="Table">Services and namespaces that there were, without what they lead to.</param>
/// <param name="Knowledge">How much of the cluster that is.</param>
internal sealed record DnsBeginning(DnsView View, DnsTable Table, ZoneKnowledge Knowledge);

/// <summary>Remembers what is known of cluster DNS for the agent that comes next, and makes a beginning of it.</summary>
/// <param name="file">Where it is kept.</param>
internal sealed class DnsMemory(LastHeardFile file)
{
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(5);
    private volatile Known? _known;

    /// <summary>A beginning from what an agent before knew; else from defaults.</summary>
    /// <param name="configuration">The cluster's settings when they, at least, are known already.</param>
    /// <param name="usual">Where to answer when nothing was remembered.</param>
    public DnsBeginning Begin(ConfigMap? configuration, Func<EquatableArray<IpAddress>> usual)
    {
        var heard = file.Read();
        IEnumerable<KeyValuePair<string, string>>? data = configuration is null ? heard?.Settings : configuration.Data;
        var isOff = ClusterSettingsParser.Parse(data).Settings.Dns == ClusterDnsMode.Off;
        var remembered = (heard?.Addresses ?? []).Where(text => IpAddress.TryParse(text, out _)).Select(text => IpAddress.Parse(text)).Order().ToEquatableArray();
        EquatableArray<IpAddress> addresses = isOff ? [] : remembered.Count > 0 ? remembered : usual();
        if (heard is null)
            return new DnsBeginning(View(data, addresses), DnsTable.Empty, ZoneKnowledge.Domain);
        var spaces = heard.Names.OrderBy(space => space.Key, StringComparer.Ordinal).ToList();
        var services = spaces.SelectMany(space => space.Value.Order(StringComparer.Ordinal).Select(name => new NamedService(space.Key, name)));
        return new DnsBeginning(View(data, addresses), new DnsTable([.. services], [.. spaces.Select(space => space.Key)]), ZoneKnowledge.Names);
    }

    /// <summary>Notes what is in force now; it is written a little later.</summary>
    public void Note(ConfigMap? configuration, DnsView view, DnsTable table) => _known = new Known(configuration, view.Addresses, table);

    /// <summary>Writes what was noted, until cancelled, and once more then.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken cancel)
    {
        Known? written = null;
        try
        {
            while (true)
            {
                written = Write(written);
                await Task.Delay(BetweenWrites, time, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Write(written);
        }
    }

    private Known? Write(Known? written)
    {
        var known = _known;
        if (known is not null && known != written)
            file.Write(known.ToHeard());
        return known;
    }

    private static DnsView View(IEnumerable<KeyValuePair<string, string>>? data, EquatableArray<IpAddress> addresses)
    {
        var settings = DnsSettingsParser.Parse(data).Settings;
        return new DnsView(settings, DnsServiceBuilder.ZoneOf(settings, addresses), addresses, [], []);
    }

    private sealed record Known(ConfigMap? Configuration, EquatableArray<IpAddress> Addresses, DnsTable Table)
    {
        // Compared by reference: what did not change keeps it.
        public bool Equals(Known? other) =>
            other is not null && ReferenceEquals(Configuration, other.Configuration) && Addresses == other.Addresses && ReferenceEquals(Table, other.Table);

        public override int GetHashCode() => HashCode.Combine(Configuration?.Metadata.ResourceVersion, Table.Services.Count);

        public LastHeard ToHeard()
        {
            var heard = new LastHeard { Settings = new(Configuration?.Data ?? []), Addresses = [.. Addresses.Select(address => address.ToString())] };
            foreach (var space in Table.Namespaces)
                heard.Names[space] = [];
            foreach (var service in Table.Services)
            {
                if (!heard.Names.TryGetValue(service.Namespace, out var names))
                    heard.Names[service.Namespace] = names = [];
                names.Add(service.Name);
            }

            return heard;
        }
    }
}
