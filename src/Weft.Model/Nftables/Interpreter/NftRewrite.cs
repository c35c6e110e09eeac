namespace Weft.Model.Nftables;

/// <summary>What NAT makes of a packet.</summary>
internal static class NftRewrite
{
    private const int PortLength = 2;

    /// <summary>The rewritten packet; null where the new address is in a map that does not have it.</summary>
    internal static NftPacket? Apply(NftNat nat, NftValues values, NftPacket packet)
    {
        var (address, port) = (Address(nat, packet), Port(nat, packet));
        if (nat.To is not null)
        {
            if (values.Of(nat.To, packet) is not { } to)
                return null;
            var length = nat.Family == NftFamily.Ip6 ? 16 : 4;
            address = IpAddress.Read(to.Bytes[..length]);
            if (nat.ToCarriesPort)
                port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(to.Bytes.Slice(length, PortLength));
        }

        if (nat.Port is not null)
        {
            if (values.Of(nat.Port, packet) is not { } number)
                return null;
            port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(number.Bytes);
        }

        return nat.Kind == NftNatKind.Destination
            ? packet with { Destination = address, DestinationPort = port }
            : packet with { Source = address, SourcePort = port };
    }

    private static IpAddress Address(NftNat nat, NftPacket packet) => nat.Kind == NftNatKind.Destination ? packet.Destination : packet.Source;

    private static ushort Port(NftNat nat, NftPacket packet) => nat.Kind == NftNatKind.Destination ? packet.DestinationPort : packet.SourcePort;
}
