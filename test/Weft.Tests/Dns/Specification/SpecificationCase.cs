using System.Globalization;
using Weft.Compilers.Dns;
using Weft.Compilers.Offline;
using Weft.Dns.Zones;
using Weft.Kubernetes.Client;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Golden;

namespace Weft.Tests.Dns.Specification;

/// <summary>A cluster of the folder <c>Golden</c>, with its zone and what is asked of it.</summary>
/// <remarks>Lines of <c>queries.txt</c> that begin with <c>@</c> are settings: <c>@domain NAME</c>, <c>@ttl SECONDS</c>, <c>@pods off</c>, <c>@server ADDRESS</c>; with <c>#</c>, headings.</remarks>
internal sealed class SpecificationCase
{
    private SpecificationCase(ZoneSettings settings, DnsTable table, IReadOnlyList<string> lines)
    {
        (Settings, Table, Lines) = (settings, table, lines);
        Zone = ClusterZone.Empty(settings, 1).With(table);
    }

    public ZoneSettings Settings { get; }

    public DnsTable Table { get; }

    public ClusterZone Zone { get; }

    /// <summary>The questions and answers.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Every record of the zone: what Services have, and what the zone itself has.</summary>
    public IEnumerable<ZoneRecord> Records =>
    [
        new(Settings.Origin, DnsType.SOA, Settings.Ttl, $"ns.dns.{Settings.Origin} hostmaster.{Settings.Origin} 2 7200 1800 86400 {Settings.Ttl}"),
        new(Settings.Origin, DnsType.NS, Settings.Ttl, $"ns.dns.{Settings.Origin}"),
        .. Settings.Servers.Select(address => new ZoneRecord(Settings.Origin.Prepend(DnsName.Parse("ns.dns")), address.IsV6 ? DnsType.AAAA : DnsType.A, Settings.Ttl, address.ToString())),
        .. new ClusterRecords(Settings.Origin, Settings.Ttl).Of(Table),
    ];

    public static SpecificationCase Load(GoldenFolder golden, string name)
    {
        var cluster = OfflineCluster.From(Manifests.Load(golden.Read(name)).Select(manifest => manifest.Object));
        var lines = golden.Read(name, "queries.txt").Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#').ToLookup(line => line[0] == '@');
        var settings = lines[true].Aggregate(new ZoneSettings(DnsName.Parse("cluster.local")), With);
        return new SpecificationCase(settings, DnsCompiler.CompileOnce(cluster.Objects).Table, [.. lines[false]]);
    }

    private static ZoneSettings With(ZoneSettings settings, string line) => line.Split(' ') switch
    {
        ["@domain", var domain] => settings with { Origin = DnsName.Parse(domain) },
        ["@ttl", var seconds] => settings with { Ttl = uint.Parse(seconds, CultureInfo.InvariantCulture) },
        ["@pods", "off"] => settings with { Pods = PodRecords.Off },
        ["@server", var address] => settings with { Servers = [.. settings.Servers, IpAddress.Parse(address)] },
        _ => throw new FormatException($"'{line}' is no setting"),
    };
}
