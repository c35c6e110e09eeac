using System.Globalization;
using System.Text;

namespace Weft.Node.Announcing;

/// <summary>Figures of announcing.</summary>
internal sealed class AnnounceMetrics
{
    private long _arp;
    private long _neighbourDiscovery;
    private long _announcements;
    private long _claims;

    /// <summary>How many addresses are in the ranges.</summary>
    public int Known { get; set; }

    /// <summary>How many of them this node answers for.</summary>
    public int Served { get; set; }

    /// <summary>How many nobody answers for.</summary>
    public int Orphaned { get; set; }

    /// <summary>Notes that a request was answered.</summary>
    public void NoteAnswer(bool v6) => Interlocked.Increment(ref v6 ? ref _neighbourDiscovery : ref _arp);

    /// <summary>Notes that an address was told of.</summary>
    public void NoteAnnouncement() => Interlocked.Increment(ref _announcements);

    /// <summary>Notes that another machine claimed an address.</summary>
    public void NoteClaim() => Interlocked.Increment(ref _claims);

    /// <summary>Appends all of it in Prometheus' text format.</summary>
    public void Write(StringBuilder text) => text.Append(CultureInfo.InvariantCulture, $$"""
        # TYPE weft_load_balancer_addresses gauge
        weft_load_balancer_addresses {{Known}}
        # TYPE weft_load_balancer_addresses_announced gauge
        weft_load_balancer_addresses_announced {{Served}}
        # TYPE weft_load_balancer_addresses_orphaned gauge
        weft_load_balancer_addresses_orphaned {{Orphaned}}
        # TYPE weft_announce_answers_total counter
        weft_announce_answers_total{protocol="arp"} {{Interlocked.Read(ref _arp)}}
        weft_announce_answers_total{protocol="ndp"} {{Interlocked.Read(ref _neighbourDiscovery)}}
        # TYPE weft_announce_announcements_total counter
        weft_announce_announcements_total {{Interlocked.Read(ref _announcements)}}
        # TYPE weft_announce_claims_total counter
        weft_announce_claims_total {{Interlocked.Read(ref _claims)}}

        """);
}
