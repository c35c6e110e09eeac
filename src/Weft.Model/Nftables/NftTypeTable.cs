namespace Weft.Model.Nftables;

/// <summary>What is known of each scalar type: name, bytes, byte order (nftables' datatype.h and datatype.c).</summary>
internal static class NftTypeTable
{
    private static readonly Scalar?[] Scalars = Build(
        new(1, "verdict", 16, HostOrder: true),
        new(2, "nf_proto", 1),
        new(7, "ipv4_addr", 4),
        new(8, "ipv6_addr", 16),
        new(9, "ether_addr", 6),
        new(10, "ether_type", 2),
        new(11, "arp_op", 2),
        new(12, "inet_proto", 1),
        new(13, "inet_service", 2),
        new(14, "icmp_type", 1),
        new(15, "tcp_flag", 1),
        new(19, "mark", 4, HostOrder: true),
        new(20, "iface_index", 4, HostOrder: true),
        new(21, "iface_type", 2, HostOrder: true),
        new(23, "classid", 4, HostOrder: true),
        new(24, "uid", 4, HostOrder: true),
        new(26, "ct_state", 4, HostOrder: true),
        new(27, "ct_dir", 1),
        new(28, "ct_status", 4, HostOrder: true),
        new(29, "icmpv6_type", 1),
        new(31, "pkt_type", 1),
        new(32, "icmp_code", 1),
        new(33, "icmpv6_code", 1),
        new(38, "fib_addrtype", 4, HostOrder: true),
        new(39, "boolean", 4, HostOrder: true),
        new(41, "ifname", 16, HostOrder: true));

    internal static Scalar? Find(uint code) => code < Scalars.Length ? Scalars[code] : null;

    private static Scalar?[] Build(params ReadOnlySpan<Scalar> scalars)
    {
        var table = new Scalar?[64];
        foreach (var scalar in scalars)
            table[scalar.Code] = scalar;
        return table;
    }

    internal sealed record Scalar(uint Code, string Name, int Length, bool HostOrder = false);
}
