using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>How others are asked.</summary>
public sealed record ForwarderOptions
{
    /// <summary>What is remembered.</summary>
    public CacheLimits Cache { get; init; } = new();

    /// <summary>Longest time that a client waits. 5 s: then the resolvers of clients ask again (resolv.conf(5), timeout).</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for one server while there is another to ask. 2 s as CoreDNS' forward plugin reads.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Which server is asked first.</summary>
    public UpstreamPolicy Policy { get; init; }

    /// <summary>After how many failures in a row a server counts as ill, and is asked last; 0: never. 2 as CoreDNS.</summary>
    public int MostFailures { get; init; } = 2;

    /// <summary>How often a server that failed is asked whether it is well again. Half a second as CoreDNS.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>After how long an old answer is given while others are still waited for (RFC 8767, section 5).</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromSeconds(1.8);

    /// <summary>Most queries to others at a time; more fail at once.</summary>
    public int MostInFlight { get; init; } = 1000;

    /// <summary>Whether the case of letters is left to chance, as one more thing to guess (draft-vixie-dnsext-dns0x20). Few servers do not repeat it.</summary>
    public bool MixCase { get; init; }

    /// <summary>As the settings of a route have it.</summary>
    public static ForwarderOptions Of(DnsRoute route) => new()
    {
        Cache = route.Cache,
        Policy = route.Policy,
        MostInFlight = route.MostInFlight,
        MostFailures = route.MostFailures,
        HealthInterval = route.HealthInterval,
        MixCase = route.MixCase,
    };
}
