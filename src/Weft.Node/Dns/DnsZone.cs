using Weft.Compilers.Dns;
using Weft.Dns.Zones;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>Makes the zone follow the cluster's objects: what changed is compiled and merged, and everything else is shared with the zone before.</summary>
/// <param name="time">Its clock gives the first serial, which is thereby larger than those of earlier processes.</param>
internal sealed class DnsZone(TimeProvider time)
{
    private readonly DnsCompiler _compiler = new();
    private ZoneSettings? _settings;

    /// <summary>The zone of now.</summary>
    public ClusterZone Current { get; private set; } = Start(new ZoneSettings(new DnsSettings().ClusterDomain), time);

    /// <summary>What it was made of.</summary>
    public DnsTable Table { get; private set; } = DnsTable.Empty;

    /// <summary>How many Services have names.</summary>
    public int Services => Table.Services.Count;

    /// <summary>A zone of names from memory, until the first call of <see cref="Follow"/>.</summary>
    public void Begin(ZoneSettings settings, DnsTable table)
    {
        if (_settings is null)
            Current = Start(settings, time).With(table);
    }

    /// <summary>Takes in objects and settings.</summary>
    /// <returns>What is wrong with objects.</returns>
    public EquatableArray<Problem> Follow(ClusterSnapshot cluster, ZoneSettings settings)
    {
        var (table, problems) = _compiler.Compile(cluster);
        if (settings != _settings)
            Current = Start(settings, time);
        _settings = settings;
        Current = Current.With(table);
        Table = table;
        return problems;
    }

    private static ClusterZone Start(ZoneSettings settings, TimeProvider time) => ClusterZone.Empty(settings, unchecked((uint)time.GetUtcNow().ToUnixTimeSeconds()));
}
