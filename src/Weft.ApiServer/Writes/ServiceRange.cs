using Weft.Model;

namespace Weft.ApiServer.Writes;

/// <summary>One range of Service addresses, and where in it the search for a free one goes on.</summary>
internal sealed class ServiceRange
{
    private readonly IpPrefix _prefix;
    private readonly UInt128 _lowest;
    private readonly UInt128 _highest;
    private UInt128 _next;

    public ServiceRange(IpPrefix prefix)
    {
        _prefix = prefix;
        var size = prefix.HostBits >= 64 ? UInt128.One << 64 : UInt128.One << prefix.HostBits;
        _highest = size > 2 ? size - 2 : size - 1;
        _lowest = size < 32 ? UInt128.Min(2, _highest) : UInt128.Min(UInt128.Max(size / 16, 16), 256);
        _next = _lowest;
    }

    public string Family => _prefix.IsV6 ? "IPv6" : "IPv4";

    public IpAddress First => _prefix.AddressAt(1);

    public bool Contains(IpAddress address) => _prefix.Contains(address) && address != _prefix.Network;

    /// <summary>A free address, also added to <paramref name="taken"/>; null when the range is full.</summary>
    /// <remarks>Goes on from the last one given, so that an address does not come back at once with another meaning.</remarks>
    public string? TryTake(HashSet<string> taken)
    {
        for (var i = UInt128.Zero; i < _highest && i <= (UInt128)taken.Count + _lowest; i++)
        {
            var candidate = _prefix.AddressAt(_next).ToString();
            _next = _next >= _highest ? 2 : _next + 1;
            if (candidate != First.ToString() && taken.Add(candidate))
                return candidate;
        }
        return null;
    }

    public override string ToString() => _prefix.ToString();
}
