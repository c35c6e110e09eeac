using Weft.Dns.Forwarding;
using Weft.Dns.Routing;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model.Dns;

namespace Weft.Dns.Completion;

/// <summary>Goes through a search list as the resolver would that asked for the first name of it, for one type.</summary>
/// <remarks>
/// <para>It goes on past names that do not exist, and ends with the first that does. When that has no records of the type, resolvers differ in what they do
/// (glibc goes on, musl does not): the answer has no records either, nor an alias, which glibc would take for success. When somebody who must be asked does not
/// answer, there is no end at all: the name that the client asked for does not exist, it is told so, and its resolver goes on and meets the failure where it is.</para>
/// <para>Not for several threads at once.</para>
/// </remarks>
internal sealed class SearchWalk
{
    private readonly IReadOnlyList<DnsName> _names;
    private readonly DateTimeOffset _now;
    private Forwarded? _heard;
    private int _at;

    private SearchWalk(ClusterZone zone, RouteTable routes, IReadOnlyList<DnsName> names, DnsType type, DateTimeOffset now)
    {
        (Zone, Routes, _names, Type, _now) = (zone, routes, names, type, now);
        Ttl = zone.Settings.Ttl;
    }

    /// <summary>The zone that is gone through.</summary>
    public ClusterZone Zone { get; }

    /// <summary>Whom others' names are asked of.</summary>
    public RouteTable Routes { get; }

    /// <summary>The type asked for.</summary>
    public DnsType Type { get; }

    /// <summary>The name at which it ended; null when it has not, or when there is none.</summary>
    public DnsName? Final { get; private set; }

    /// <summary>Whether that name has no records of the type.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>What others said about that name, or about the one that an alias of the zone leads to; null when the zone has it all.</summary>
    public Forwarded? Others { get; private set; }

    /// <summary>Whether what others said was in memory.</summary>
    public bool IsRemembered { get; private set; }

    /// <summary>Seconds for which all of that holds: that former names do not exist, and what the last one has.</summary>
    public uint Ttl { get; private set; }

    /// <summary>Begins a walk; null when the name asked for is not the first of the list, or exists, or is not of the zone.</summary>
    /// <remarks>Nor is there one below a name that exists: that is the full name of an endpoint of a Service, and whoever asks for it must hear that there is none.</remarks>
    public static SearchWalk? Begin(SearchList list, ClusterZone zone, RouteTable routes, ReadOnlySpan<byte> asked, DnsType type, DateTimeOffset now)
    {
        if (!list.Begins(asked) || zone.Probe(asked, type).Outcome != ZoneOutcome.NoName || zone.Probe(NameBytes.Parent(asked), type).Outcome != ZoneOutcome.NoName)
            return null;
        return list.After(asked) is { } names ? new SearchWalk(zone, routes, names, type, now) : null;
    }

    /// <summary>Goes on as far as what is known leads.</summary>
    /// <returns>The name that others must be asked for, and <see cref="Hear"/> be told of; null at the end.</returns>
    public DnsName? Go()
    {
        for (; Final is null && _at < _names.Count; _at++)
        {
            var (outcome, target) = Zone.Probe(_names[_at].Wire, Type);
            if (outcome == ZoneOutcome.NoName)
                continue;
            if (outcome is ZoneOutcome.Found or ZoneOutcome.NoData)
            {
                (Final, IsEmpty) = (_names[_at], outcome == ZoneOutcome.NoData);
                break;
            }

            var name = target ?? _names[_at];
            if (Known(name) is not { Answer: { } answer } known)
                return name;
            Ttl = Math.Min(Ttl, answer.TtlLeft(_now));
            if (answer.Code != DnsCode.NXDomain)
                (Final, Others, IsEmpty) = (_names[_at], known, !answer.Has(Type));
        }

        return null;
    }

    /// <summary>Takes in what others said about the name that <see cref="Go"/> returned.</summary>
    public void Hear(in Forwarded forwarded)
    {
        if (forwarded.Answer is null)
            _at = _names.Count;
        else
            _heard = forwarded;
    }

    private Forwarded? Known(DnsName name)
    {
        var heard = _heard;
        _heard = null;
        IsRemembered = heard is null;
        return heard ?? (Routes.Known(name.Wire, Type) is { } answer ? new Forwarded(answer) : null);
    }
}
