using System.Net;
using System.Net.Sockets;
using Weft.Model;

namespace Weft.Dns.Serving;

/// <summary>Who asks, as far as the socket tells it.</summary>
/// <param name="Address">The address that the query came from; IPv4 addresses are IPv4, whatever the socket is.</param>
/// <param name="Port">The port that it came from.</param>
/// <param name="Transport">How it came, and so how the answer goes.</param>
public readonly record struct DnsClient(IpAddress Address, ushort Port, DnsTransport Transport)
{
    /// <summary>Reads it from the framework's form of a socket address, without allocating.</summary>
    public static DnsClient From(SocketAddress address, DnsTransport transport)
    {
        // sockaddr_in: family 2, port 2, address 4; sockaddr_in6: family 2, port 2, flow 4, address 16.
        var bytes = address.Buffer.Span;
        var port = (ushort)((bytes[2] << 8) | bytes[3]);
        return new DnsClient(address.Family == AddressFamily.InterNetworkV6 ? Unmapped(bytes.Slice(8, 16)) : IpAddress.Read(bytes.Slice(4, 4)), port, transport);
    }

    /// <summary>Reads it from an end point.</summary>
    public static DnsClient From(IPEndPoint end, DnsTransport transport) => new(IpAddress.From(end.Address), (ushort)end.Port, transport);

    /// <inheritdoc/>
    public override string ToString() => Address.IsV6 ? $"[{Address}]:{Port}" : $"{Address}:{Port}";

    private static IpAddress Unmapped(ReadOnlySpan<byte> bytes) =>
        bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) ? IpAddress.Read(bytes[12..]) : IpAddress.Read(bytes);
}
