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
}
