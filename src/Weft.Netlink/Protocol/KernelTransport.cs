using System.Runtime.InteropServices;
using System.Text;
using Weft.Netlink.Libc;

namespace Weft.Netlink.Protocol;

/// <summary>A real netlink socket. It belongs to the network namespace that the opening thread was in.</summary>
internal sealed unsafe partial class KernelTransport : NetlinkTransport
{
    private const int NetlinkAddMembership = 1;
    private const int NetlinkDropMembership = 2;
    private const int NetlinkCapAck = 10;
    private const int NetlinkExtAck = 11;
    private const int NetlinkGetStrictCheck = 12;

    // linux/sockios.h: SIOCGIFNAME, SIOCGIFINDEX, SIOCGSKNS
    private const nuint GetName = 0x8910;
    private const nuint GetIndex = 0x8933;
    private const nuint GetNamespace = 0x894C;
    private const int RequestLength = 40;
    private const int NameLength = 16;

    // A datagram may use the buffer but for what the kernel keeps for its own header (netlink_sendmsg: len > sk_sndbuf - 32).
    private const int SendOverhead = 32;
    private readonly SafeFd _fd;

    public KernelTransport(NetlinkProtocol protocol)
    {
        _fd = SafeFd.Own(
            Interop.Socket(Interop.AfNetlink, Interop.SockRaw | Interop.SockCloexec, (int)protocol),
            "open netlink socket");
        Enable(NetlinkExtAck);
        Enable(NetlinkCapAck);
        if (protocol == NetlinkProtocol.Route && !Enable(NetlinkGetStrictCheck))
            NetlinkException.ThrowLast("enable strict checking of dumps", "Linux 4.20 or later is needed");
        var address = new Interop.SockAddrNetlink { Family = Interop.AfNetlink };
        if (Interop.Bind(Fd, &address, (uint)sizeof(Interop.SockAddrNetlink)) < 0)
            NetlinkException.ThrowLast("bind netlink socket");
        var length = (uint)sizeof(Interop.SockAddrNetlink);
        if (Interop.GetSockName(Fd, &address, &length) < 0)
            NetlinkException.ThrowLast("read the address of a netlink socket");
        Port = address.Port;
    }

    public override uint Port { get; }

    public int Fd => _fd.Value;

    public void Join(uint group)
    {
        if (Interop.SetSockOpt(Fd, Interop.SolNetlink, NetlinkAddMembership, &group, sizeof(uint)) < 0)
            NetlinkException.ThrowLast($"join netlink group {group}");
    }

    /// <summary>Hears no more of a group.</summary>
    public void Leave(uint group)
    {
        if (Interop.SetSockOpt(Fd, Interop.SolNetlink, NetlinkDropMembership, &group, sizeof(uint)) < 0)
            NetlinkException.ThrowLast($"leave netlink group {group}");
    }

    public override int Send(ReadOnlySpan<byte> datagram)
    {
        var kernel = new Interop.SockAddrNetlink { Family = Interop.AfNetlink };
        fixed (byte* bytes = datagram)
        {
            while (Interop.SendTo(Fd, bytes, (nuint)datagram.Length, 0, &kernel, (uint)sizeof(Interop.SockAddrNetlink)) < 0)
            {
                if (Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                    return errno;
            }
        }

        return 0;
    }

    public override int Receive(Span<byte> buffer, out int length)
    {
        var sender = default(Interop.SockAddrNetlink);
        var senderLength = (uint)sizeof(Interop.SockAddrNetlink);
        length = 0;
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var got = Interop.RecvFrom(Fd, bytes, (nuint)buffer.Length, Interop.MsgTrunc | Interop.MsgDontWait, &sender, &senderLength);
                if (got < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                    return errno;
                length = (int)got;

                // Only the kernel has port 0; anything else is another process playing kernel.
                if (got >= 0 && sender.Port == 0)
                    return 0;
            }
        }
    }

    public override bool Wait(TimeSpan timeout)
    {
        var poll = new Interop.PollFd { Fd = Fd, Events = Interop.PollIn };
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var left = (int)Math.Max(0, deadline - Environment.TickCount64);
            var ready = Interop.Poll(&poll, 1, left);
            if (ready >= 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
                return ready != 0;
        }
    }

    public override int EnsureSendBuffer(int bytes) =>
        Ensure(Interop.SoSndBuf, Interop.SoSndBufForce, bytes + SendOverhead) - SendOverhead;

    public override int EnsureReceiveBuffer(int bytes) => Ensure(Interop.SoRcvBuf, Interop.SoRcvBufForce, bytes);

    // struct ifreq: 16 bytes of name, then a union that starts with the number. Any socket answers, for its own namespace.
    public override int IndexOf(string name)
    {
        var request = stackalloc byte[RequestLength];
        var bytes = new Span<byte>(request, RequestLength);
        bytes.Clear();
        if (Encoding.UTF8.GetByteCount(name) >= NameLength)
            return 0;
        Encoding.UTF8.GetBytes(name, bytes);
        return Interop.Ioctl(Fd, GetIndex, request) < 0 ? 0 : *(int*)(request + NameLength);
    }

    public override string? NameOf(int index)
    {
        var request = stackalloc byte[RequestLength];
        *(int*)(request + NameLength) = index;
        return Interop.Ioctl(Fd, GetName, request) < 0 ? null : Marshal.PtrToStringUTF8((nint)request);
    }

    public override SafeFd OpenNamespace() => SafeFd.Own(Interop.Ioctl(Fd, GetNamespace, null), "open the network namespace of a socket");

    public override void Dispose() => _fd.Dispose();

    private bool Enable(int option)
    {
        var on = 1;
        return Interop.SetSockOpt(Fd, Interop.SolNetlink, option, &on, sizeof(int)) == 0;
    }

    // The kernel doubles what is asked for, up to 2 * net.core.[rw]mem_max; the forcing variant has no such limit but needs CAP_NET_ADMIN
    // in the initial user namespace.
    private int Ensure(int option, int forced, int bytes)
    {
        var current = Size(option);
        if (current >= bytes)
            return current;
        var half = (bytes / 2) + 1;
        if (Interop.SetSockOpt(Fd, Interop.SolSocket, forced, &half, sizeof(int)) < 0)
            _ = Interop.SetSockOpt(Fd, Interop.SolSocket, option, &half, sizeof(int));
        return Size(option);
    }

    private int Size(int option)
    {
        var size = 0;
        var length = (uint)sizeof(int);
        _ = Interop.GetSockOpt(Fd, Interop.SolSocket, option, &size, &length);
        return size;
    }
}
