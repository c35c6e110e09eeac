using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Weft.Model;

namespace Weft.Netlink.Libc;

/// <summary>Bytes of <c>sockaddr_in</c> and <c>sockaddr_in6</c> (linux/in.h, linux/in6.h).</summary>
/// <remarks>
/// <code>
/// sockaddr_in   family:u16 port:be16 address:4
/// sockaddr_in6  family:u16 port:be16 flowinfo:4 address:16 scope:u32
/// </code>
/// </remarks>
internal static class SocketAddress
{
    public const int MaxLength = 28;
    private const ushort AfInet = 2;
    private const ushort AfInet6 = 10;
    private const int PortOffset = 2;
    private const int V4Offset = 4;
    private const int V6Offset = 8;
    private const int V4Length = 16;

    /// <summary>Writes the unspecified address with a port and returns the length.</summary>
    public static int WriteAny(Span<byte> bytes, bool isV6, int port)
    {
        bytes.Clear();
        MemoryMarshal.Write(bytes, isV6 ? AfInet6 : AfInet);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], (ushort)port);
        return isV6 ? MaxLength : V4Length;
    }

    /// <summary>The address without its port; a mapped one as IPv4.</summary>
    public static IpAddress AddressOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < V4Length)
            return default;
        if (MemoryMarshal.Read<ushort>(bytes) == AfInet)
            return IpAddress.Read(bytes.Slice(V4Offset, 4));
        if (bytes.Length < MaxLength)
            return default;
        var address = bytes.Slice(V6Offset, 16);
        return IsMapped(address) ? IpAddress.Read(address[12..]) : IpAddress.Read(address);
    }

    /// <summary>The port.</summary>
    public static int PortOf(ReadOnlySpan<byte> bytes) => bytes.Length < V4Length ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);

    // ::ffff:0:0/96 (RFC 4291, 2.5.5.2)
    private static bool IsMapped(ReadOnlySpan<byte> address) =>
        BinaryPrimitives.ReadUInt64BigEndian(address) == 0 && BinaryPrimitives.ReadUInt32BigEndian(address[8..]) == 0xFFFF;
}
