using System.Buffers.Binary;
using Weft.Model;
using Weft.Model.Ipvs;
using Weft.Model.Services;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Ipvs;

/// <summary>Virtual and real servers as attributes.</summary>
/// <remarks>
/// Addresses have 16 bytes, of which IPv4 uses the first four; ports and the netmask of IPv4 are in network order, the netmask of IPv6 is a prefix
/// length. Source: net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_svc_policy and ip_vs_dest_policy.
/// </remarks>
internal static class IpvsCodec
{
    private const int AddressLength = 16;

    /// <summary>Which virtual server is meant.</summary>
    public static void WriteAddress(ref NetlinkWriter writer, VirtualAddress address)
    {
        writer.PutU16(IpvsNumbers.ServiceFamily, Family(address.Address));
        writer.PutU16(IpvsNumbers.ServiceProtocol, (ushort)address.Protocol);
        address.Address.Write(writer.PutRoom(IpvsNumbers.ServiceAddress, AddressLength)[..address.Address.ByteLength]);
        writer.PutU16BigEndian(IpvsNumbers.ServicePort, address.Port);
    }

    /// <summary>A whole virtual server without its real ones.</summary>
    public static void Write(ref NetlinkWriter writer, VirtualServer server)
    {
        WriteAddress(ref writer, server.Address);
        writer.PutString(IpvsNumbers.ServiceScheduler, server.Scheduler);

        // struct ip_vs_flags { __u32 flags; __u32 mask; }
        var flags = writer.PutRoom(IpvsNumbers.ServiceFlags, 2 * sizeof(uint));
        Native.WriteUInt32(flags, server.PersistenceSeconds > 0 ? IpvsNumbers.Persistent : 0);
        Native.WriteUInt32(flags[sizeof(uint)..], uint.MaxValue);
        writer.PutU32(IpvsNumbers.ServiceTimeout, server.PersistenceSeconds);
        writer.PutU32(IpvsNumbers.ServiceNetmask, server.Address.Address.IsV6 ? 128 : uint.MaxValue);
    }

    /// <summary>A real server.</summary>
    public static void Write(ref NetlinkWriter writer, RealServer server)
    {
        server.Address.Write(writer.PutRoom(IpvsNumbers.DestinationAddress, AddressLength)[..server.Address.ByteLength]);
        writer.PutU16BigEndian(IpvsNumbers.DestinationPort, server.Port);
        writer.PutU16(IpvsNumbers.DestinationFamily, Family(server.Address));
        writer.PutU32(IpvsNumbers.DestinationMethod, IpvsNumbers.Masquerade);
        writer.PutU32(IpvsNumbers.DestinationWeight, server.Weight);
        writer.PutU32(IpvsNumbers.DestinationUpper, 0);
        writer.PutU32(IpvsNumbers.DestinationLower, 0);
    }

    /// <summary>A virtual server; null for one that is known by a firewall mark.</summary>
    public static VirtualServer? ReadServer(NetlinkMessage message, ref DecodeError error)
    {
        var outer = message.Attributes(GenericFamily.HeaderLength, ref error);
        while (outer.MoveNext())
        {
            if (outer.Type == IpvsNumbers.Service)
                return ReadServer(outer.Nested());
        }

        return null;
    }

    /// <summary>A real server and its open connections.</summary>
    public static RealServerState? ReadDestination(NetlinkMessage message, ref DecodeError error)
    {
        var outer = message.Attributes(GenericFamily.HeaderLength, ref error);
        while (outer.MoveNext())
        {
            if (outer.Type == IpvsNumbers.Destination)
                return ReadDestination(outer.Nested());
        }

        return null;
    }

    private static VirtualServer? ReadServer(AttributeReader attributes)
    {
        var (family, protocol, port, timeout, flags, mark) = ((ushort)0, (ushort)0, (ushort)0, 0u, 0u, 0u);
        var scheduler = "";
        ReadOnlySpan<byte> address = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case IpvsNumbers.ServiceFamily: family = attributes.U16(); break;
                case IpvsNumbers.ServiceProtocol: protocol = attributes.U16(); break;
                case IpvsNumbers.ServiceAddress: address = attributes.Value; break;
                case IpvsNumbers.ServicePort: port = attributes.U16BigEndian(); break;
                case IpvsNumbers.ServiceMark: mark = attributes.U32(); break;
                case IpvsNumbers.ServiceScheduler: scheduler = attributes.Text(); break;
                case IpvsNumbers.ServiceFlags when attributes.Value.Length >= sizeof(uint): flags = Native.ReadUInt32(attributes.Value); break;
                case IpvsNumbers.ServiceTimeout: timeout = attributes.U32(); break;
            }
        }

        if (mark != 0 || Address(address, family) is not { } where)
            return null;
        return new VirtualServer(new VirtualAddress((L4Protocol)protocol, where, port))
        {
            Scheduler = scheduler, PersistenceSeconds = (flags & IpvsNumbers.Persistent) != 0 ? timeout : 0,
        };
    }

    private static RealServerState? ReadDestination(AttributeReader attributes)
    {
        var (family, port, weight, active) = ((ushort)0, (ushort)0, 0u, 0u);
        ReadOnlySpan<byte> address = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case IpvsNumbers.DestinationFamily: family = attributes.U16(); break;
                case IpvsNumbers.DestinationAddress: address = attributes.Value; break;
                case IpvsNumbers.DestinationPort: port = attributes.U16BigEndian(); break;
                case IpvsNumbers.DestinationWeight: weight = attributes.U32(); break;
                case IpvsNumbers.DestinationActive: active = attributes.U32(); break;
            }
        }

        return Address(address, family) is { } where ? new RealServerState(new RealServer(where, port, weight), active) : null;
    }

    private static IpAddress? Address(ReadOnlySpan<byte> bytes, ushort family) => bytes.Length != AddressLength ? null : family switch
    {
        IpvsNumbers.AfInet => IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        IpvsNumbers.AfInet6 => IpAddress.Read(bytes),
        _ => null,
    };

    private static ushort Family(IpAddress address) => address.IsV6 ? IpvsNumbers.AfInet6 : IpvsNumbers.AfInet;
}

/// <summary>A real server as the kernel has it.</summary>
internal sealed record RealServerState(RealServer Server, uint ActiveConnections);
