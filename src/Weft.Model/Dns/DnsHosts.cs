namespace Weft.Model.Dns;

/// <summary>A name with an address.</summary>
public sealed record DnsHost(DnsName Name, IpAddress Address);

/// <summary>Names with addresses that stand in the settings themselves.</summary>
/// <param name="Entries">In the order given; a name may have several addresses, an address several names, the first of which is what the address leads back to.</param>
public sealed record DnsHosts(EquatableArray<DnsHost> Entries)
{
    /// <summary>No names.</summary>
    public static DnsHosts None { get; } = new([]);

    /// <summary>Seconds that clients may remember them; an hour as CoreDNS.</summary>
    public uint Ttl { get; init; } = 3600;

    /// <summary>Whether the addresses lead back to the names (PTR).</summary>
    public bool IsReversible { get; init; } = true;

    /// <summary>Ends of which no other names exist, wherever else they could be asked for: zones of CoreDNS' plugin hosts without its option fallthrough.</summary>
    public EquatableArray<DnsName> Denies { get; init; }

    /// <summary>Ends within <see cref="Denies"/> whose names are asked for elsewhere all the same.</summary>
    public EquatableArray<DnsName> Passes { get; init; }

    /// <summary>Whether nothing is said here about any name.</summary>
    public bool IsEmpty => Entries.Count == 0 && Denies.Count == 0;
}
