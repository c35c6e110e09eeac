using Weft.Model;

namespace Weft.Node.Announcing;

/// <summary>Remembers what was asked of it.</summary>
internal sealed class FakeAnnouncer : IAnnouncer
{
    /// <summary>What is answered for now.</summary>
    public EquatableArray<AnnouncedAddress> Served { get; private set; }

    /// <summary>What was said, oldest first: <c>announce ADDRESS</c>, <c>probe ADDRESS</c>.</summary>
    public List<string> Said { get; } = [];

    public Action<IpAddress, MacAddress>? Claimed { get; set; }

    public void Serve(EquatableArray<AnnouncedAddress> addresses, EquatableArray<IpRange> ranges) => Served = addresses;

    public void Announce(AnnouncedAddress address) => Said.Add($"announce {address.Address}");

    public void Probe(AnnouncedAddress address) => Said.Add($"probe {address.Address}");

    public void Dispose()
    {
        // There is nothing behind it.
    }
}
