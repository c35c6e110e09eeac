using Weft.Model.Dns;

namespace Weft.Dns.Forwarding;

/// <summary>How others are asked.</summary>
public sealed record ForwarderOptions
{
    /// <summary>What is remembered.</summary>
    public CacheLimits Cache { get; init; } = new();

    /// <summary>What <see cref="Patience"/> is by default: 4 s. After 5 s resolvers of clients give up (resolv.conf(5), timeout), and must have heard before why there is no answer.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(4);

    /// <summary>Longest time that a client waits.</summary>
    public TimeSpan Patience { get; init; } = UsualPatience;

    /// <summary>Longest wait for one server while there is another to ask. 2 s as CoreDNS' forward plugin reads.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for a server while all are ill. 1 s: one that is well answers nearly everything sooner, and a program that asks for several names one after the other is not held up for long.</summary>
    public TimeSpan LastResort { get; init; } = TimeSpan.FromSeconds(1);

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
