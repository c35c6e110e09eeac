using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Netlink.Libc;

namespace Weft.Netlink.LinkLayer;

/// <summary>Membership in IPv6 multicast groups: the link lets their frames in, and switches that listen to MLD send them here. It ends with the object.</summary>
public sealed unsafe class MulticastMembership : IDisposable
{
    private const int AfInet6 = 10;
    private const int DatagramType = 2;
    private const int SolIpv6 = 41;

    // linux/in6.h
    private const int JoinGroup = 20;
    private const int LeaveGroup = 21;

    private readonly SafeFd _fd = SafeFd.Own(Interop.Socket(AfInet6, DatagramType | Interop.SockCloexec, 0), "open socket for multicast groups");

    /// <summary>Joins a group on a link. Whoever is in it stays in it.</summary>
    /// <exception cref="NetlinkException">ENODEV: no such link; ENOBUFS: sysctl net.core.optmem_max allows no more.</exception>
    public void Join(int link, IpAddress group)
    {
        if (!Change(JoinGroup, link, group) && Marshal.GetLastPInvokeError() != Errno.EADDRINUSE)
            NetlinkException.ThrowLast($"join multicast group {group} on link {link}");
    }

    /// <summary>Leaves a group; with a link that is gone, that has happened already.</summary>
    public void Leave(int link, IpAddress group) => _ = Change(LeaveGroup, link, group);

    /// <inheritdoc/>
    public void Dispose() => _fd.Dispose();

    // struct ipv6_mreq { struct in6_addr multiaddr; int ifindex; }
    private bool Change(int option, int link, IpAddress group)
    {
        Span<byte> request = stackalloc byte[20];
        group.Write(request);
        MemoryMarshal.Write(request[16..], link);
        fixed (byte* pointer = request)
            return Interop.SetSockOpt(_fd.Value, SolIpv6, option, pointer, (uint)request.Length) == 0;
    }
}
