using Weft.Model;
using Weft.Model.Links;
using Weft.Model.Routes;
using Weft.Netlink.Protocol;

namespace Weft.Netlink.Rtnetlink;

/// <summary>Addresses on the wire.</summary>
/// <remarks>
/// <code>
/// struct ifaddrmsg { u8 family; u8 prefixlen; u8 flags; u8 scope; u32 index; }   // linux/if_addr.h, then IFA_*
/// </code>
/// IFA_LOCAL is the address itself; IFA_ADDRESS the other end of a point-to-point link, else the same. IPv6 without a peer has IFA_ADDRESS only.
/// </remarks>
internal static class AddressCodec
{
    public const int HeaderLength = 8;
    private const int Forever = -1;
    private const AddressState ObservedStates = AddressState.Secondary | AddressState.DadFailed | AddressState.Deprecated | AddressState.Tentative;

    public static void Write(ref NetlinkWriter writer, ushort type, ushort flags, InterfaceAddress address, int index)
    {
        writer.Begin(type, flags);
        var header = writer.Reserve(HeaderLength);
        header[0] = Family.Of(address.Address);
        header[1] = (byte)address.PrefixLength;
        header[3] = (byte)(address.Scope ?? InterfaceAddress.UsualScope(address.Address));
        Native.WriteInt32(header[4..], index);
        writer.PutAddress(Ifa.Local, address.Address);
        writer.PutAddress(Ifa.Address, address.Peer ?? address.Address);
        if (address.Broadcast is { } broadcast)
            writer.PutAddress(Ifa.Broadcast, broadcast);
        if (address.Deprecated)
            WriteLifetimes(ref writer, preferred: 0);
        var bits = (address.NoDad ? Ifa.FlagNoDad : 0) | (address.NoPrefixRoute ? Ifa.FlagNoPrefixRoute : 0);
        if (bits != 0)
            writer.PutU32(Ifa.Flags, bits);
    }

    // struct ifa_cacheinfo { u32 preferred; u32 valid; u32 created; u32 updated; }   // seconds
    private static void WriteLifetimes(ref NetlinkWriter writer, uint preferred)
    {
        Span<byte> lifetimes = stackalloc byte[16];
        lifetimes.Clear();
        Native.WriteInt32(lifetimes, (int)preferred);
        Native.WriteInt32(lifetimes[4..], Forever);
        writer.PutBytes(Ifa.CacheInfo, lifetimes);
    }

    public static void WriteGet(ref NetlinkWriter writer, int index)
    {
        writer.Begin(RtMsg.GetAddr, 0);
        Native.WriteInt32(writer.Reserve(HeaderLength)[4..], index);
    }

    /// <summary>An address; null for other families.</summary>
    public static InterfaceAddress? Parse(NetlinkMessage message, DeviceNames names, ref DecodeError error)
    {
        var header = message.Payload;
        if (header.Length < HeaderLength)
        {
            error.Report("an address message is shorter than its header");
            return null;
        }

        if (header[0] is not (Family.V4 or Family.V6))
            return null;
        IpAddress? local = null, remote = null, broadcast = null;
        uint? flags = null;
        var attributes = message.Attributes(HeaderLength, ref error);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Ifa.Local: local = attributes.Address(); break;
                case Ifa.Address: remote = attributes.Address(); break;
                case Ifa.Broadcast: broadcast = attributes.Address(); break;
                case Ifa.Flags: flags = attributes.U32(); break;
            }
        }

        if ((local ?? remote) is not { } address || header[1] > address.BitLength
            || (remote is { } other && other.IsV6 != address.IsV6))
        {
            error.Report("an address message without a sensible address");
            return null;
        }

        var scope = (RouteScope)header[3];
        var bits = flags ?? header[2];
        return new InterfaceAddress(names.Of(Native.ReadInt32(header[4..])), address, header[1])
        {
            Peer = remote is { } peer && peer != address ? peer : null,
            Broadcast = broadcast,
            Scope = scope == InterfaceAddress.UsualScope(address) ? null : scope,
            NoDad = (bits & Ifa.FlagNoDad) != 0,
            NoPrefixRoute = (bits & Ifa.FlagNoPrefixRoute) != 0,
            Deprecated = (bits & (uint)AddressState.Deprecated) != 0,
            State = (AddressState)bits & ObservedStates,
        };
    }
}
