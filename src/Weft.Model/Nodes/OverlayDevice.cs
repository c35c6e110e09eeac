namespace Weft.Model.Nodes;

/// <summary>The VXLAN device (RFC 7348) that carries packets of pods between nodes which share no subnet.</summary>
/// <param name="Vni">The 24-bit network identifier.</param>
/// <param name="Port">UDP port.</param>
/// <param name="Local">This node's address, the source of the outer packets; its family is the family of the underlay.</param>
/// <param name="Mac">Hardware address: <see cref="OverlayMac.Of"/> of the node's name, so that others know it unasked.</param>
/// <param name="Mtu">Largest inner packet, bytes.</param>
public sealed record OverlayDevice(uint Vni, ushort Port, IpAddress Local, MacAddress Mac, int Mtu)
{
    /// <summary>Name of the device on every node.</summary>
    public const string Name = "weft-vxlan";

    /// <summary>Ours among the networks that share the port: ASCII "we".</summary>
    public const uint DefaultVni = 0x7765;

    /// <summary>Assigned by IANA (RFC 7348, section 8).</summary>
    public const ushort DefaultPort = 4789;

    /// <summary>Bytes that VXLAN adds: outer IP header, UDP 8, VXLAN 8, inner Ethernet 14.</summary>
    public static int Overhead(bool underlayIsV6) => underlayIsV6 ? 70 : 50;

    /// <summary>Whether a change from <paramref name="other"/> needs a new device; the rest is changed in place.</summary>
    public bool NeedsRebuild(OverlayDevice other) => (Vni, Port, Local) != (other.Vni, other.Port, other.Local);
}
