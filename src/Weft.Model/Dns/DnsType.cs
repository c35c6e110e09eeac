namespace Weft.Model.Dns;

/// <summary>Record types and question types by their number (IANA, DNS parameters); those that Weft writes or looks into have names.</summary>
public enum DnsType : ushort
{
    /// <summary>IPv4 address (RFC 1035).</summary>
    A = 1,

    /// <summary>Authoritative server (RFC 1035).</summary>
    NS = 2,

    /// <summary>Alias (RFC 1035).</summary>
    CNAME = 5,

    /// <summary>Start of a zone (RFC 1035).</summary>
    SOA = 6,

    /// <summary>Pointer, mostly from address to name (RFC 1035).</summary>
    PTR = 12,

    /// <summary>Mail exchange (RFC 1035).</summary>
    MX = 15,

    /// <summary>Text (RFC 1035).</summary>
    TXT = 16,

    /// <summary>IPv6 address (RFC 3596).</summary>
    AAAA = 28,

    /// <summary>Where a service is served (RFC 2782).</summary>
    SRV = 33,

    /// <summary>Alias of a whole subtree (RFC 6672).</summary>
    DNAME = 39,

    /// <summary>EDNS, no record of anything (RFC 6891).</summary>
    OPT = 41,

    /// <summary>Binding of a service, general (RFC 9460).</summary>
    SVCB = 64,

    /// <summary>Binding of a service, for HTTPS (RFC 9460).</summary>
    HTTPS = 65,

    /// <summary>Question: a zone's changes (RFC 1995).</summary>
    IXFR = 251,

    /// <summary>Question: a whole zone (RFC 5936).</summary>
    AXFR = 252,

    /// <summary>Question: any types (RFC 8482).</summary>
    ANY = 255,
}
