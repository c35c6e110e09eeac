using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Netlink.Libc;

/// <summary>The way back of one datagram: its sender and, as ancillary data, the address it was sent to (ip(7), ipv6(7)).</summary>
/// <remarks>
/// <code>
/// cmsghdr len:size_t level:i32 type:i32 | in_pktinfo  ifindex:i32 source:4 destination:4
///                                       | in6_pktinfo source:16 ifindex:u32
/// </code>
/// </remarks>
public struct DatagramRoute
{
    internal const int ControlSize = 64;
    private const int HeaderSize = 16;
    private const int LevelOffset = 8;
    private const int SolIpv6 = 41;
    private const int V6InterfaceOffset = HeaderSize + 16;

    /// <summary>Makes the buffers of a route; reuse it for every datagram of a socket.</summary>
    public DatagramRoute()
    {
        Peer = new byte[SocketAddress.MaxLength];
        Control = new byte[ControlSize];
    }

    internal byte[] Peer { get; }

    internal byte[] Control { get; }

    internal int PeerLength { get; set; }

    internal int ControlLength { get; set; }

    /// <summary>The sender.</summary>
    public readonly IpAddress Address => SocketAddress.AddressOf(Peer.AsSpan(0, PeerLength));

    /// <summary>The sender's port.</summary>
    public readonly int Port => SocketAddress.PortOf(Peer.AsSpan(0, PeerLength));

    /// <summary>Lets routing choose the way out: the interface that a datagram came in by need not lead back.</summary>
    internal readonly void ForgetInterface()
    {
        if (ControlLength < HeaderSize + 12)
            return;
        var isV6 = MemoryMarshal.Read<int>(Control.AsSpan(LevelOffset)) == SolIpv6;
        if (!isV6 || !IsLinkLocal)
            MemoryMarshal.Write(Control.AsSpan(isV6 ? V6InterfaceOffset : HeaderSize), 0);
    }

    private readonly bool IsLinkLocal => Control[HeaderSize] == 0xFE && (Control[HeaderSize + 1] & 0xC0) == 0x80;
}
