using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Netlink.Libc;

namespace Weft.Netlink.LinkLayer;

/// <summary>Packets of one protocol on one link, without their Ethernet header (packet(7)). It belongs to the network namespace of the thread that opened it.</summary>
/// <remarks>
/// <code>
/// struct sockaddr_ll { __u16 family=17; __be16 protocol; int ifindex; __u16 hatype; __u8 pkttype; __u8 halen; __u8 addr[8]; }
/// </code>
/// </remarks>
public sealed unsafe class PacketSocket : IDisposable
{
    private const int AfPacket = 17;
    private const int DatagramType = 2;
    private const int SoAttachFilter = 26;
    private const int AddressLength = 20;
    private const int IndexOffset = 4;
    private const int PacketTypeOffset = 10;
    private const int HardwareLengthOffset = 11;
    private const int HardwareOffset = 12;

    // PACKET_OUTGOING (linux/if_packet.h)
    private const byte Outgoing = 4;

    // linux/if_ether.h
    private const ushort EtherTypeArp = 0x0806;
    private const ushort EtherTypeIPv6 = 0x86DD;

    private readonly SafeFd _fd;
    private readonly int _link;
    private readonly ushort _protocol;

    private PacketSocket(int link, ushort protocol, PacketFilter.Instruction[] filter)
    {
        (_link, _protocol) = (link, protocol);
        _fd = SafeFd.Own(
            Interop.Socket(AfPacket, DatagramType | Interop.SockCloexec | Interop.SockNonBlock, protocol: 0), "open packet socket");

        // Nothing is queued before it is bound, so nothing passes by the filter.
        Attach(filter);
        Bind();
    }

    /// <summary>The descriptor, to wait for.</summary>
    public int Fd => _fd.Value;

    /// <summary>ARP on a link, from or for addresses of these blocks.</summary>
    /// <exception cref="NetlinkException">EPERM: needs CAP_NET_RAW; ENODEV: no such link; ENETDOWN: it is down.</exception>
    public static PacketSocket ForArp(int link, IReadOnlyCollection<IpPrefix> blocks) => new(link, EtherTypeArp, PacketFilter.Arp(blocks));

    /// <summary>Neighbour discovery on a link, for addresses of these blocks.</summary>
    /// <exception cref="NetlinkException">As <see cref="ForArp"/>.</exception>
    public static PacketSocket ForNeighbourDiscovery(int link, IReadOnlyCollection<IpPrefix> blocks) =>
        new(link, EtherTypeIPv6, PacketFilter.NeighbourDiscovery(blocks));

    /// <summary>Takes the next packet that came from outside.</summary>
    /// <param name="buffer">Where it goes; what does not fit is cut off.</param>
    /// <param name="sender">The Ethernet address that it came from.</param>
    /// <returns>Its length; or minus the error: <c>-EAGAIN</c> when there is none, <c>-ENETDOWN</c> when the link went down.</returns>
    public int Receive(Span<byte> buffer, out MacAddress sender)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        while (true)
        {
            var length = (uint)AddressLength;
            nint count;
            fixed (byte* bytes = buffer, from = address)
                count = Interop.RecvFrom(Fd, bytes, (nuint)buffer.Length, Interop.MsgDontWait, from, &length);
            sender = count >= 0 && address[HardwareLengthOffset] == MacAddress.Length ? MacAddress.Read(address.Slice(HardwareOffset, MacAddress.Length)) : default;
            if (count >= 0 && address[PacketTypeOffset] != Outgoing)
                return (int)count;
            if (count < 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                return -errno;
        }
    }

    /// <summary>Sends a packet to an Ethernet address.</summary>
    /// <returns>0, or minus the error. A link that is down loses packets like a cable does.</returns>
    public int Send(ReadOnlySpan<byte> packet, MacAddress destination)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        WriteAddress(address);
        address[HardwareLengthOffset] = MacAddress.Length;
        destination.Write(address.Slice(HardwareOffset, MacAddress.Length));
        fixed (byte* bytes = packet, to = address)
        {
            return Interop.SendTo(Fd, bytes, (nuint)packet.Length, Interop.MsgDontWait, to, AddressLength) < 0
                ? -Marshal.GetLastPInvokeError()
                : 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _fd.Dispose();

    private void Attach(PacketFilter.Instruction[] instructions)
    {
        fixed (PacketFilter.Instruction* first = instructions)
        {
            var program = new Program { Length = (ushort)instructions.Length, Instructions = first };
            if (Interop.SetSockOpt(Fd, Interop.SolSocket, SoAttachFilter, &program, (uint)sizeof(Program)) == 0)
                return;
        }

        Fail("filter packets");
    }

    private void Bind()
    {
        Span<byte> address = stackalloc byte[AddressLength];
        WriteAddress(address);
        fixed (byte* pointer = address)
        {
            if (Interop.Bind(Fd, pointer, AddressLength) == 0)
                return;
        }

        Fail($"listen to packets of link {_link}");
    }

    private void Fail(string operation)
    {
        var errno = Marshal.GetLastPInvokeError();
        _fd.Dispose();
        throw new NetlinkException(operation, errno);
    }

    private void WriteAddress(Span<byte> address)
    {
        address.Clear();
        MemoryMarshal.Write(address, (ushort)AfPacket);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], _protocol);
        MemoryMarshal.Write(address[IndexOffset..], _link);
    }

    // struct sock_fprog
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public PacketFilter.Instruction* Instructions;
    }
}
