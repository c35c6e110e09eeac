using System.Globalization;

namespace Weft.Model.Nftables;

/// <summary>Kinds of rejection in nft's syntax (ICMP codes of RFC 792 and 4443; NFT_REJECT_ICMPX_*).</summary>
internal static class NftRejectText
{
    internal static string Of(NftReject reject, NftFamily family) => (reject.With, family) switch
    {
        (NftRejectKind.TcpReset, _) => "tcp reset",
        (NftRejectKind.Icmpx, _) => $"icmpx {Name(Neutral, reject.Code)}",
        (_, NftFamily.Ip6) => $"icmpv6 {Name(V6, reject.Code)}",
        _ => $"icmp {Name(V4, reject.Code)}",
    };

    private static string Name((byte Code, string Name)[] names, byte code)
    {
        foreach (var (known, name) in names)
        {
            if (known == code)
                return name;
        }

        return code.ToString(CultureInfo.InvariantCulture);
    }

    private static readonly (byte, string)[] Neutral = [(0, "no-route"), (1, "port-unreachable"), (2, "host-unreachable"), (3, "admin-prohibited")];

    private static readonly (byte, string)[] V4 =
    [
        (0, "net-unreachable"), (1, "host-unreachable"), (2, "prot-unreachable"), (3, "port-unreachable"),
        (9, "net-prohibited"), (10, "host-prohibited"), (13, "admin-prohibited"),
    ];

    private static readonly (byte, string)[] V6 =
    [
        (0, "no-route"), (1, "admin-prohibited"), (3, "addr-unreachable"), (4, "port-unreachable"), (5, "policy-fail"), (6, "reject-route"),
    ];
}
