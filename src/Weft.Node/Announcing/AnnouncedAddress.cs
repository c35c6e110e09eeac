using Weft.Model;

namespace Weft.Node.Announcing;

/// <summary>An address that this node answers for.</summary>
/// <param name="Address">The address; it is no interface's.</param>
/// <param name="Link">Where it is asked for.</param>
/// <param name="Source">IPv6: the node's own address that answers come from.</param>
internal sealed record AnnouncedAddress(IpAddress Address, AnnouncedLink Link, IpAddress Source);

/// <summary>A link of this node.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Mac">The hardware address that is told.</param>
internal sealed record AnnouncedLink(int Index, string Name, MacAddress Mac);
