using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.ServiceProxy;

/// <summary>First packets of connections that may concern the Services of <see cref="RandomServices"/>.</summary>
public static class RandomPackets
{
    /// <summary>A packet; an empty input interface means that this node sends it.</summary>
    public static Gen<NftPacket> Any { get; } =
        from v6 in Gen.Elements(false, true)
        from source in Gen.Elements(Sources(v6))
        from destination in Gen.Elements(Destinations(v6))
        from protocol in Gen.Elements<byte>(6, 6, 17, 132, 1)
        from port in Gen.Elements<ushort>([80, 80, 80, 443, .. Enumerable.Range(1, 6).Select(RandomServices.NodePort), 30101, 8080])
        select new NftPacket
        {
            InputInterface = RandomServices.NodeAddresses.AsSpan().Contains(source) ? "" : "eth0",
            Source = source,
            Destination = destination,
            Protocol = protocol,
            SourcePort = 40000,
            DestinationPort = port,
        };

    private static IpAddress[] Sources(bool v6) =>
    [
        RandomServices.Endpoint(0, 1, v6), RandomServices.Endpoint(0, 2, v6), RandomServices.Endpoint(1, 1, v6), RandomServices.NodeAddresses[v6 ? 1 : 0],
        IpAddress.Parse(v6 ? "2001:db8:51::7" : "198.51.100.7"), IpAddress.Parse(v6 ? "2001:db8:77::7" : "192.0.2.77"), RandomServices.LoadBalancerIp(1, v6),
    ];

    private static IpAddress[] Destinations(bool v6) =>
    [
        .. Enumerable.Range(1, 6).SelectMany(number => (IpAddress[])[RandomServices.ClusterIp(number, v6), RandomServices.LoadBalancerIp(number, v6)]),
        .. Enumerable.Range(1, 6).Select(number => IpAddress.Parse(v6 ? $"2001:db8:2::{number}" : $"192.0.2.{number}")),
        RandomServices.NodeAddresses[v6 ? 1 : 0], RandomServices.NodeAddresses[v6 ? 1 : 0], RandomServices.Endpoint(1, 1, v6),
        IpAddress.Parse(v6 ? "::1" : "127.0.0.1"), IpAddress.Parse(v6 ? "fd96::c8" : "10.96.0.200"), IpAddress.Parse(v6 ? "2001:db8:8::8" : "8.8.8.8"),
    ];
}
