using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <content>What names alone tell while it is not known what they lead to.</content>
public sealed partial class ClusterZone
{
    private const int MostLabels = 5;

    /// <summary>Whether there may be more to a name than this zone says: it may be one of a Service, an endpoint, a pod or a namespace.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <param name="namesAreKnown">Whether the zone has the names of all Services and namespaces, and lacks only what they lead to.</param>
    internal bool MayBeMore(ReadOnlySpan<byte> name, bool namesAreKnown)
    {
        if (!NameBytes.IsWithin(name, _names.Origin.Wire))
            return false;
        var labels = new ZoneLabels(name, _names.Origin.Wire);
        if (labels.Count is < 2 or > MostLabels)
            return false;
        if (NameBytes.Equal(labels.FromEnd(1), "pod"u8))
            return _settings.Pods != PodRecords.Off && labels.Count <= 3 && (!namesAreKnown || HasNamespace(labels.FromEnd(2)));

        // Of the longest names, those of ports, the first label begins with an underscore.
        if (!NameBytes.Equal(labels.FromEnd(1), "svc"u8) || (labels.Count == MostLabels && labels.FromEnd(MostLabels)[0] != (byte)'_'))
            return false;
        return !namesAreKnown || (labels.Count == 2 ? HasNamespace(labels.FromEnd(2)) : Find(labels.TwoFromEnd(3)) is not null);
    }
}
