using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weft.Netlink.Libc;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>One-to-one SCTP sockets (RFC 6458, section 4), which .NET uses like TCP sockets but cannot make.</summary>
internal static class SctpSocket
{
    private const int AfInet = 2, AfInet6 = 10, SockStream = 1, IpProtoSctp = 132;

    // <linux/in.h> and <linux/in6.h>: without them an ICMP error does not end an association that is being set up.
    private const int IpProtoIp = 0, IpRecvErr = 11, IpProtoIpv6 = 41, Ipv6RecvErr = 25;

    /// <summary>Whether the kernel has SCTP.</summary>
    public static bool IsSupported { get; } = Probe();

    /// <summary>A socket in the network namespace of the calling thread.</summary>
    public static Socket Open(bool v6)
    {
        var fd = Interop.Socket(v6 ? AfInet6 : AfInet, SockStream | Interop.SockCloexec, IpProtoSctp);
        if (fd < 0)
            throw new SocketException(Marshal.GetLastPInvokeError());
        var socket = new Socket(new SafeSocketHandle(fd, ownsHandle: true));
        var (level, option) = v6 ? (IpProtoIpv6, Ipv6RecvErr) : (IpProtoIp, IpRecvErr);
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(1));
        return socket;
    }

    private static bool Probe()
    {
        try
        {
            Open(v6: false).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
