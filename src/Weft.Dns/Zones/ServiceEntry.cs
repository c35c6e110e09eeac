using System.Text;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Dns.Zones;

/// <summary>A Service where queries find it; the addresses that are its own lead back to it.</summary>
internal sealed class ServiceEntry : BackEntry
{
    private readonly byte[] _key;
    private readonly int _room;

    /// <param name="service">The Service.</param>
    /// <param name="zone">How many bytes its name has behind its two labels.</param>
    public ServiceEntry(NamedService service, int zone)
    {
        Service = service;
        _key = [(byte)service.Name.Length, .. Encoding.ASCII.GetBytes(service.Name), (byte)service.Namespace.Length, .. Encoding.ASCII.GetBytes(service.Namespace)];
        _room = DnsName.MaxLength - _key.Length - zone;
        Addresses = service.Endpoints.Count == 0
            ? service.Addresses
            : service.Endpoints.SelectMany(endpoint => endpoint.Addresses).Distinct().Order().ToEquatableArray();
    }

    /// <summary>What it stands for.</summary>
    public NamedService Service { get; }

    /// <summary>Its two labels, as they stand in queries for it.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>What its own name leads to.</summary>
    public EquatableArray<IpAddress> Addresses { get; }

    /// <summary>Whether its name exists: a headless Service without endpoints that are ready has none (section 2.4.1 of the specification).</summary>
    public bool Exists => Service.Alias is not null || Addresses.Count > 0;

    /// <summary>Whether its own name is short enough to be one.</summary>
    public bool HasRoom => _room >= 0;

    public int Hash => NameBytes.Hash(_key);

    /// <summary>Whether an endpoint's name is short enough to be one: below long domains not all are.</summary>
    public bool HasName(NamedEndpoint endpoint) => 1 + endpoint.HostName.Length <= _room;

    /// <inheritdoc/>
    public override ServiceEntry Owner => this;

    /// <inheritdoc/>
    public override string? HostName => null;

    /// <inheritdoc/>
    public override bool Has(IpAddress address) => Service.Addresses.AsSpan().Contains(address);

    /// <summary>What addresses lead back to.</summary>
    public IEnumerable<(IpAddress Address, BackEntry Entry)> Back()
    {
        foreach (var address in HasRoom ? Service.Addresses : [])
            yield return (address, this);
        foreach (var endpoint in Service.Endpoints.Where(HasName))
        {
            var entry = new EndpointEntry(this, endpoint);
            foreach (var address in endpoint.Addresses)
                yield return (address, entry);
        }
    }
}

/// <summary>What an address leads back to: a Service, or an endpoint of a headless one.</summary>
internal abstract class BackEntry
{
    /// <summary>The Service.</summary>
    public abstract ServiceEntry Owner { get; }

    /// <summary>The endpoint's name; null for the Service itself.</summary>
    public abstract string? HostName { get; }

    /// <summary>Whether this address is one of them, and not another one with the same hash.</summary>
    public abstract bool Has(IpAddress address);
}

/// <summary>An endpoint, as its addresses lead back to it.</summary>
internal sealed class EndpointEntry(ServiceEntry owner, NamedEndpoint endpoint) : BackEntry
{
    /// <inheritdoc/>
    public override ServiceEntry Owner => owner;

    /// <inheritdoc/>
    public override string? HostName => endpoint.HostName;

    /// <inheritdoc/>
    public override bool Has(IpAddress address) => endpoint.Addresses.AsSpan().Contains(address);
}

/// <summary>A namespace, by its label.</summary>
internal sealed class NamespaceEntry(string name)
{
    private readonly byte[] _key = [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    public string Name => name;

    public ReadOnlySpan<byte> Key => _key;

    public int Hash => NameBytes.Hash(_key);
}
