namespace Weft.Model.Dns;

/// <summary>Which of several servers is asked first.</summary>
public enum UpstreamPolicy
{
    /// <summary>The first that is well, in the order given.</summary>
    Sequential,

    /// <summary>Any that is well.</summary>
    Random,

    /// <summary>Each that is well in its turn.</summary>
    RoundRobin,
}

/// <summary>Which questions of a route leave a line in the log.</summary>
[Flags]
public enum DnsLogClasses
{
    None = 0,

    /// <summary>Those with records as an answer.</summary>
    Success = 1,

    /// <summary>Those whose name, or type at that name, does not exist.</summary>
    Denial = 2,

    /// <summary>Those that failed: SERVFAIL, REFUSED, NOTIMP, FORMERR.</summary>
    Error = 4,

    All = Success | Denial | Error,
}

/// <summary>What is done with names that end with <see cref="Zone"/>, and with nothing longer that has a route: where answers come from, and what is remembered of them.</summary>
/// <remarks>The cluster's own names need no route; a route below the cluster's domain takes names from it.</remarks>
/// <param name="Zone">The end of the names.</param>
public sealed record DnsRoute(DnsName Zone)
{
    /// <summary>Servers that are asked. With none, and not the node's either, the names fail.</summary>
    public EquatableArray<DnsUpstream> Upstreams { get; init; }

    /// <summary>Whether the servers in the node's <c>/etc/resolv.conf</c> are asked, behind <see cref="Upstreams"/>.</summary>
    public bool AsksNodeServers { get; init; }

    /// <summary>Ends of names that are not forwarded but refused.</summary>
    public EquatableArray<DnsName> Except { get; init; }

    /// <summary>Who is asked first.</summary>
    public UpstreamPolicy Policy { get; init; } = UpstreamPolicy.Sequential;

    /// <summary>Most questions to these servers at a time; more fail at once. 1,000 as the ConfigMap that kubeadm writes for CoreDNS.</summary>
    public int MostInFlight { get; init; } = 1000;

    /// <summary>After how many failures in a row a server counts as ill; 0: never. 2 as CoreDNS.</summary>
    public int MostFailures { get; init; } = 2;

    /// <summary>How often an ill server is asked whether it is well again. Half a second as CoreDNS.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a connection that nobody uses stays open. 10 s as CoreDNS.</summary>
    public TimeSpan Expire { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the case of letters in questions is left to chance, which answers then must repeat (draft-vixie-dnsext-dns0x20).</summary>
    public bool MixCase { get; init; }

    /// <summary>What is remembered.</summary>
    public CacheLimits Cache { get; init; } = new();

    /// <summary>Names with addresses of their own, as lines of a hosts file.</summary>
    public DnsHosts Hosts { get; init; } = DnsHosts.None;

    /// <summary>Names that stand for others; the first that fits is taken.</summary>
    public EquatableArray<NameRewrite> Rewrites { get; init; }

    /// <summary>Which questions leave a line in the log.</summary>
    public DnsLogClasses Log { get; init; }

    /// <summary>Whether it is logged why names could not be answered.</summary>
    public bool LogErrors { get; init; } = true;
}
