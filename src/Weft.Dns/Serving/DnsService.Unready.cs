using Weft.Dns.Wire;
using Weft.Model.Dns;

namespace Weft.Dns.Serving;

/// <summary>How much a server knows of the cluster's names.</summary>
public enum ZoneKnowledge
{
    /// <summary>All of it: what is not in the zone does not exist.</summary>
    Whole,

    /// <summary>Which Services and namespaces there are, but not what their names lead to.</summary>
    Names,

    /// <summary>Nothing but the domain.</summary>
    Domain,
}

/// <content>What is said of names of the cluster before they are known.</content>
public sealed partial class DnsService
{
    private static readonly ExtendedError NotReady = new(ExtendedErrorCode.NotReady, "this node has not heard from the API server yet");
    private volatile ZoneKnowledge _knowledge;

    /// <summary>
    /// How much <see cref="Zone"/> is worth. While it is not whole, names that may be of the cluster fail with the reason <see cref="ExtendedErrorCode.NotReady"/>, as a name that is not known yet is no name
    /// that does not exist; names that cannot be of the cluster do not exist, and nothing is completed or transferred. May be set at any time.
    /// </summary>
    public ZoneKnowledge Knowledge
    {
        get => _knowledge;
        set => _knowledge = value;
    }

    private bool IsUnknown(in DnsQuery query)
    {
        var knowledge = _knowledge;
        if (knowledge == ZoneKnowledge.Whole || query.Kind != QueryKind.Ask)
            return false;
        return query.Type is DnsType.AXFR or DnsType.IXFR ? NameBytes.Equal(query.Name, _zone.Origin.Wire) : _zone.MayBeMore(query.Name, knowledge == ZoneKnowledge.Names);
    }
}
