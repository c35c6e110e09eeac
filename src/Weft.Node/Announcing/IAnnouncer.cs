using Weft.Model;
using Weft.Netlink;

namespace Weft.Node.Announcing;

/// <summary>Answers for addresses on the links of this node, and tells of them.</summary>
internal interface IAnnouncer : IDisposable
{
    /// <summary>Answers for these from now on, and for no others.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="ranges">Where they come from: what else is heard is dropped by the kernel.</param>
    /// <exception cref="NetlinkException">A link cannot be listened to; the others are.</exception>
    void Serve(EquatableArray<AnnouncedAddress> addresses, EquatableArray<IpRange> ranges);

    /// <summary>Tells everybody on the link where the address is now.</summary>
    void Announce(AnnouncedAddress address);

    /// <summary>Asks who else answers for the address; an answer is a claim.</summary>
    void Probe(AnnouncedAddress address);

    /// <summary>Called, from any thread, when another machine says that an address of ours is its own.</summary>
    Action<IpAddress, MacAddress>? Claimed { get; set; }
}
