using System.Globalization;
using System.Text;

namespace Weft.Node.Dns;

/// <summary>Figures of the loop that keeps names up to date, for <c>/metrics</c>; those of queries are the server's own.</summary>
/// <param name="staleFor">For how long the API server has not been heard, be it on one kind only.</param>
internal sealed class DnsLoopMetrics(Func<TimeSpan> staleFor)
{
    private readonly Lock _gate = new();
    private long _turns, _failures, _drifts;
    private TimeSpan _last;
    private int _services, _addresses;
    private uint _serial;

    /// <summary>Notes a turn.</summary>
    /// <param name="programmed">Whether addresses, table and sockets are as they should be.</param>
    /// <param name="drift">Whether others had changed them.</param>
    /// <param name="zone">What is answered from now.</param>
    /// <param name="addresses">At how many addresses.</param>
    /// <param name="elapsed">What the turn took.</param>
    public void Note(bool programmed, bool drift, DnsZone zone, int addresses, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _turns++;
            _failures += programmed ? 0 : 1;
            _drifts += drift ? 1 : 0;
            (_last, _services, _serial, _addresses) = (elapsed, zone.Services, zone.Current.Serial, addresses);
        }
    }

    /// <summary>Appends them in Prometheus' text format.</summary>
    public void Write(StringBuilder text)
    {
        lock (_gate)
        {
            Write(text, "weft_dns_turns_total", "counter", _turns);
            Write(text, "weft_dns_turn_failures_total", "counter", _failures);
            Write(text, "weft_dns_repairs_total", "counter", _drifts);
            Write(text, "weft_dns_last_turn_seconds", "gauge", _last.TotalSeconds);
            Write(text, "weft_dns_services", "gauge", _services);
            Write(text, "weft_dns_zone_serial", "gauge", _serial);
            Write(text, "weft_dns_addresses", "gauge", _addresses);
        }

        Write(text, "weft_dns_stale_seconds", "gauge", staleFor().TotalSeconds);
    }

    private static void Write(StringBuilder text, string name, string type, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value:R}\n");
}
