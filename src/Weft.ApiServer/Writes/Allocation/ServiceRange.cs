using Weft.Model;

namespace Weft.ApiServer.Writes;

/// <summary>One range of Service addresses, and where in it the search for a free one goes on.</summary>
/// <remarks>
/// The lower band of the range is left to Services that name their address, and given out only when the rest is taken (KEP-3070):
/// a sixteenth of the range, at least 16 and at most 256 addresses, none in ranges smaller than 16.
/// </remarks>
internal sealed class ServiceRange
{
    // Where installers of real clusters put the Service kube-dns.
    private const uint DnsIndex = 10;

    private readonly IpPrefix _prefix;
    private readonly UInt128 _band;
    private readonly UInt128 _highest;
    private UInt128 _next;

    /// <param name="prefix">The range.</param>
    /// <param name="keepsDns">Whether its tenth address is kept for the Service <c>kube-dns</c>.</param>
    public ServiceRange(IpPrefix prefix, bool keepsDns)
    {
        _prefix = prefix;
        var size = prefix.HostBits >= 64 ? UInt128.One << 64 : UInt128.One << prefix.HostBits;
        // The last address of an IPv4 range would be its broadcast address.
        _highest = size > 2 && !prefix.IsV6 ? size - 2 : size - 1;
        _band = size <= 16 ? 0 : UInt128.Clamp(size / 16, 16, 256);
        _next = _band + 1;
        Dns = keepsDns && DnsIndex <= _highest ? prefix.AddressAt(DnsIndex) : null;
    }

    public bool IsV6 => _prefix.IsV6;

    public string Family => IsV6 ? "IPv6" : "IPv4";

    public IpAddress First => _prefix.AddressAt(1);

    /// <summary>The address that only a Service which asks for it gets; null when there is none.</summary>
    public IpAddress? Dns { get; }

    public bool Contains(IpAddress address) =>
        _prefix.Contains(address) && address != _prefix.Network && address.Bits - _prefix.Network.Bits <= _highest;

    /// <summary>A free address; null when the range is full.</summary>
    /// <remarks>Goes on from the last one given, so that an address does not come back at once with another meaning.</remarks>
    public IpAddress? TryTake(ServiceIndex taken)
    {
        for (var left = UInt128.Min(_highest - _band, (UInt128)taken.Addresses + 1); left > 0; left--)
        {
            var candidate = _prefix.AddressAt(_next);
            _next = _next >= _highest ? _band + 1 : _next + 1;
            if (IsAvailable(candidate, taken))
                return candidate;
        }
        for (var index = UInt128.One; index <= _band; index++)
        {
            if (_prefix.AddressAt(index) is var candidate && IsAvailable(candidate, taken))
                return candidate;
        }
        return null;
    }

    public override string ToString() => _prefix.ToString();

    private bool IsAvailable(IpAddress candidate, ServiceIndex taken) => candidate != First && candidate != Dns && taken.IsFree(candidate);
}
