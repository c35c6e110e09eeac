using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>Rulesets that golden tests, both drivers and Debian's nft are tried with.</summary>
internal static class NftSamples
{
    private static readonly NftType AddressAndPort = NftType.Concat(NftType.Ipv4Address, NftType.Port);

    private static readonly NftExpression Frontend = Nft.Concat(Nft.IpDaddr, Nft.L4Proto, Nft.TransportDport);

    private static readonly NftExpression Id = Nft.ConstantMark(1);

    private static readonly NftExpression Client = Nft.Concat(Nft.IpSaddr, Id);

    private static readonly NftExpression Picked = new NftVariable(0, AddressAndPort);

    internal static readonly IReadOnlyDictionary<string, NftRuleset> All = new Dictionary<string, NftRuleset>(StringComparer.Ordinal)
    {
        ["masquerade"] = Of(Masquerade()),
        ["anti-spoof"] = Of(AntiSpoof(), BridgeAntiSpoof(), ArpFilter()),
        ["intervals"] = Of(Intervals()),
        ["matches"] = Of(Matches()),
        ["effects"] = Of(Effects()),
        ["services"] = Of(Services()),
        ["policies"] = Of(Policies()),
    };

    /// <summary>What nft's grammar cannot say, so that only the kernel sees it.</summary>
    internal static readonly NftRuleset Affinity = Of(AffinityTable());

    internal static NftRuleset Of(params EquatableArray<NftTable> tables) => NftGuards.Complete(new NftRuleset { Tables = tables });

    private static NftTable Masquerade() => new(NftFamily.Inet, "weft-masquerade")
    {
        Comment = "what leaves the cluster",
        Sets =
        [
            new("inside4", NftType.Ipv4Address)
            {
                Flags = NftSetFlags.Interval,
                Elements = [NftElement.Of(IpPrefix.Parse("10.244.0.0/16")), NftElement.Of(IpPrefix.Parse("172.30.0.2/32"))],
            },
            new("inside6", NftType.Ipv6Address)
            {
                Flags = NftSetFlags.Interval,
                Elements = [NftElement.Of(IpPrefix.Parse("fd00:10:244::/56"))],
            },
        ],
        Chains =
        [
            Nft.NatChain(
                "postrouting",
                NftHook.Postrouting,
                NftPriority.SourceNat,
                Nft.Rule(Nft.IpSaddr.InPrefix(IpPrefix.Parse("10.244.1.0/24")), Nft.IpDaddr.NotIn("inside4"), Nft.Masquerade) with { Comment = "IPv4" },
                Nft.Rule(Nft.Ip6Saddr.InPrefix(IpPrefix.Parse("fd00:10:244:1::/64")), Nft.Ip6Daddr.NotIn("inside6"), new NftMasquerade(NftNatFlags.FullyRandom))),
        ],
    };

    private static NftTable AntiSpoof() => new(NftFamily.Inet, "weft-pods")
    {
        Sets =
        [
            new("pods4", NftType.Concat(NftType.InterfaceName, NftType.Ipv4Address))
            {
                Elements = [new(Key(NftData.Name("veth0a1b2c3d"), Ip("10.244.1.7")), Comment: "default/web"), new(Key(NftData.Name("vethx"), Ip("10.244.1.8")))],
            },
        ],
        Chains =
        [
            Nft.FilterChain(
                "prerouting",
                NftHook.Prerouting,
                NftPriority.Raw,
                Nft.Rule(Nft.Iifname.Is("veth*"), Nft.Concat(Nft.Iifname, Nft.IpSaddr).NotIn("pods4"), Nft.Counter, Nft.Drop)),
        ],
    };

    private static NftTable BridgeAntiSpoof() => new(NftFamily.Bridge, "weft-pods")
    {
        Sets =
        [
            new("pods", NftType.Concat(NftType.InterfaceName, NftType.EtherAddress, NftType.Ipv4Address))
            {
                Elements = [new(Key(NftData.Name("veth1"), NftData.Of(MacAddress.Parse("02:00:5e:10:00:01")), Ip("10.22.0.5")))],
            },
        ],
        Chains =
        [
            Nft.FilterChain(
                "prerouting",
                NftHook.Prerouting,
                NftPriority.BridgeFilter,
                Nft.Rule(Nft.EtherSaddr.Is(MacAddress.Parse("02:00:5e:10:00:09")), Nft.Drop),
                Nft.Rule(Nft.Concat(Nft.Iifname, Nft.EtherSaddr, Nft.IpSaddr).NotIn("pods"), Nft.Drop),
                Nft.Rule(Nft.ArpOperation.Is(2), Nft.ArpSaddrIp.IsNot(IpAddress.Parse("10.22.0.5")), Nft.Drop)),
        ],
    };

    private static NftTable ArpFilter() => new(NftFamily.Arp, "weft-arp")
    {
        Chains =
        [
            Nft.FilterChain("in", NftHook.Input, NftPriority.Filter, Nft.Rule(Nft.ArpSaddrIp.Is(IpAddress.Parse("10.22.0.5")), Nft.Accept)),
        ],
    };

    private static NftTable Intervals() => new(NftFamily.Ip, "intervals")
    {
        Sets =
        [
            new("blocks", NftType.Ipv4Address)
            {
                Flags = NftSetFlags.Interval,
                Comment = "borders meet, and the last reaches the end",
                Elements =
                [
                    NftElement.Of(IpPrefix.Parse("10.0.0.0/8")), NftElement.Of(IpPrefix.Parse("11.0.0.0/8")), new(Ip("0.0.0.0")),
                    new(Ip("12.0.0.3"), Ip("12.0.0.9")), NftElement.Of(IpPrefix.Parse("240.0.0.0/4")), new(Ip("192.0.2.1"), Comment: "one"),
                ],
            },
            new("ranges", AddressAndPort)
            {
                Flags = NftSetFlags.Interval,
                Elements =
                [
                    new(Key(Ip("10.0.0.0"), Port(80)), Key(Ip("10.0.0.255"), Port(90))),
                    new(Key(Ip("10.1.0.7"), Port(443))),
                ],
            },
            new("by-port", NftType.Port, NftType.Verdict)
            {
                Flags = NftSetFlags.Interval,
                Elements = [new(Port(80), Port(90), Verdict: NftVerdict.Accept), new(Port(100), Verdict: NftVerdict.Goto("other"))],
            },
        ],
        Chains =
        [
            Nft.FilterChain(
                "in",
                NftHook.Input,
                NftPriority.Filter,
                Nft.Rule(Nft.IpSaddr.In("blocks"), Nft.Counter),
                Nft.Rule(Nft.Concat(Nft.IpSaddr, Nft.TcpDport).In("ranges"), Nft.Drop),
                Nft.Rule(Nft.TcpDport.VerdictMap("by-port"))),
            Nft.Chain("other", Nft.Rule(Nft.Return)),
        ],
    };

    private static NftTable Matches() => new(NftFamily.Inet, "matches")
    {
        Chains =
        [
            new(
                "input",
                new NftBase(NftChainType.Filter, NftHook.Input, NftPriority.Filter + 5, DropByDefault: true),
                [
                    Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related), Nft.Accept),
                    Nft.Rule(Nft.CtState.HasAny(NftCtState.Invalid), Nft.Drop),
                    Nft.Rule(Nft.CtStatus.HasAny(NftCtStatus.DestinationNat), Nft.Accept),
                    Nft.Rule(Nft.Mark.HasAll(0x4000), Nft.Accept),
                    Nft.Rule(Nft.Mark.HasNone(0x8000), Nft.Counter),
                    Nft.Rule(Nft.Mark.Is(7u), Nft.Accept),
                    Nft.Rule(Nft.Oifname.IsNot("lo"), Nft.L4Proto.Is(17u), Nft.TransportDport.Between(5000, 6000), Nft.Accept),
                    Nft.Rule(Nft.DestinationType.Is(NftAddressType.Local), Nft.UdpDport.Is(53u), Nft.Accept),
                    Nft.Rule(new NftFib(NftFibResult.Interface, NftFibInputs.Source | NftFibInputs.InputInterface | NftFibInputs.Present).Is(0u), Nft.Drop),
                    Nft.Rule(Nft.IcmpType.Is(8u), new NftLimit(10, 1), Nft.Accept),
                    Nft.Rule(Nft.Icmp6Type.Is(135u), Nft.Accept),
                    Nft.Rule(new NftMatch(Nft.TcpDport, NftComparison.GreaterOrEqual, Port(1024)), Nft.Accept),
                    Nft.Rule(new NftPayload(NftField.TcpFlags).HasAny(2u), Nft.Accept),
                    Nft.Rule(new NftMetaValue(NftMeta.PacketType).Is(2u), Nft.Accept),
                    Nft.Rule(new NftCtValue(NftCt.IpDestination, NftCtDirection.Original).Is(IpAddress.Parse("10.96.0.1")), Nft.Accept),
                    Nft.Rule(new NftCtValue(NftCt.Direction).Is(1u), Nft.Accept),
                    Nft.Rule(Nft.Ip6Saddr.NotInPrefix(IpPrefix.Parse("fe80::/10")), Nft.Return),
                ]),
        ],
    };

    private static NftTable Effects() => new(NftFamily.Ip, "effects")
    {
        Sets =
        [
            new("recent", NftType.Ipv4Address) { Flags = NftSetFlags.Timeout | NftSetFlags.Dynamic, Size = 65535, TimeoutMilliseconds = 60_000 },
        ],
        Chains =
        [
            Nft.FilterChain(
                "pre",
                NftHook.Prerouting,
                NftPriority.Mangle,
                Nft.Rule(Nft.SetMarkBits(0x4000)),
                Nft.Rule(new NftSetCt(NftCt.Mark, Nft.Mark)),
                Nft.Rule(new NftSetMeta(NftMeta.Mark, Nft.CtMark)),
                Nft.Rule(new NftDynset(NftDynsetOperation.Update, "recent", Nft.IpSaddr, TimeoutMilliseconds: 10_000), Nft.Accept),
                Nft.Rule(new NftLog("denied: ", Group: 5, SnapLength: 128)),
                Nft.Rule(new NftLog("denied: "), Nft.L4Proto.Is(6u), new NftTproxy(NftFamily.Ip, Nft.Constant(IpAddress.Parse("127.0.0.1")), Nft.Constant(15001)), Nft.Accept)),
            Nft.FilterChain("raw", NftHook.Prerouting, NftPriority.Raw, Nft.Rule(Nft.UdpDport.Is(53u), Nft.Notrack)),
            Nft.NatChain(
                "nat-in",
                NftHook.Prerouting,
                NftPriority.DestinationNat,
                Nft.Rule(Nft.TcpDport.Is(80u), Nft.DestinationNat(IpAddress.Parse("10.0.0.9"), 8080)),
                Nft.Rule(Nft.IpDaddr.Is(IpAddress.Parse("10.96.0.10")), Nft.DestinationNat(IpAddress.Parse("10.0.0.9"))),
                Nft.Rule(Nft.TcpDport.Is(81u), new NftRedirect(Nft.Constant(8081)))),
            Nft.NatChain(
                "nat-out",
                NftHook.Postrouting,
                NftPriority.SourceNat,
                Nft.Rule(Nft.Oifname.Is("eth0"), Nft.SourceNat(IpAddress.Parse("192.0.2.1")))),
            Nft.FilterChain(
                "forwarding",
                NftHook.Forward,
                NftPriority.Filter,
                Nft.Rule(Nft.TcpDport.Is(23u), new NftReject(NftRejectKind.TcpReset)),
                Nft.Rule(new NftReject(NftRejectKind.Icmp, 3))),
        ],
    };

    private static NftTable Services() => new(NftFamily.Ip, "weft-services")
    {
        Sets =
        [
            new("fe", NftType.Concat(NftType.Ipv4Address, NftType.Protocol, NftType.Port), NftType.Mark)
            {
                Elements =
                [
                    new(Key(Ip("10.96.0.1"), NftData.Byte(6), Port(443)), Data: NftData.Host32(1), Comment: "default/kubernetes"),
                    new(Key(Ip("10.96.0.10"), NftData.Byte(17), Port(53)), Data: NftData.Host32(2)),
                ],
            },
            new("class", NftType.Mark, NftType.Verdict)
            {
                Elements = [new(NftData.Host32(1), Verdict: NftVerdict.Goto("lb-1")), new(NftData.Host32(2), Verdict: NftVerdict.Goto("lb-1"))],
            },
            new("be", NftType.Concat(NftType.Ipv4Address, NftType.Protocol, NftType.Port), AddressAndPort)
            {
                Elements = [new(Key(Ip("10.96.0.1"), NftData.Byte(6), Port(443)), Data: Key(Ip("172.30.0.1"), Port(6443)))],
            },
        ],
        Chains =
        [
            Nft.NatChain(
                "services",
                NftHook.Prerouting,
                NftPriority.DestinationNat,
                Nft.Rule(Frontend.Map("fe", NftType.Mark).VerdictMap("class")) with { Comment = "nested" }),
            Nft.Chain("lb-1", Nft.Rule(Nft.L4Proto.Is(6u), new NftNat(NftNatKind.Destination, NftFamily.Ip, Frontend.Map("be", AddressAndPort)))),
        ],
    };

    private static NftTable Policies() => new(NftFamily.Inet, "weft-policies")
    {
        Sets =
        [
            new("isolated", NftType.Ipv4Address, NftType.Verdict)
            {
                Elements = [new(Ip("10.244.1.7"), Verdict: NftVerdict.Goto("class-1"), Comment: "default/db")],
            },
            new("allow", NftType.Concat(NftType.Mark, NftType.Mark, NftType.Protocol, NftType.Port))
            {
                Counter = true,
                Elements = [new(Key(NftData.Host32(1), NftData.Host32(7), NftData.Byte(6), Port(6379)), Comment: "default/db-policy rule 1")],
            },
            new("identity", NftType.Ipv4Address, NftType.Mark) { Elements = [new(Ip("10.244.1.9"), Data: NftData.Host32(7))] },
        ],
        Chains =
        [
            Nft.FilterChain(
                "forward",
                NftHook.Forward,
                NftPriority.Filter,
                Nft.Rule(Nft.CtState.HasAny(NftCtState.Established | NftCtState.Related), Nft.Accept),
                Nft.Rule(Nft.IpDaddr.VerdictMap("isolated"))),
            Nft.Chain(
                "class-1",
                Nft.Rule(new NftReject(NftRejectKind.Icmpx, 3))),
        ],
    };

    private static NftTable AffinityTable() => new(NftFamily.Ip, "affinity")
    {
        Sets =
        [
            new("be", NftType.Concat(NftType.Mark, NftType.Mark), AddressAndPort)
            {
                Elements =
                [
                    new(Key(NftData.Host32(1), NftData.Host32(0)), Data: Key(Ip("10.0.0.1"), Port(80))),
                    new(Key(NftData.Host32(1), NftData.Host32(1)), Data: Key(Ip("10.0.0.2"), Port(80))),
                ],
            },
            new("aff", NftType.Concat(NftType.Ipv4Address, NftType.Mark), AddressAndPort)
            {
                Flags = NftSetFlags.Timeout | NftSetFlags.Dynamic, Size = 65536, TimeoutMilliseconds = 10_800_000,
            },
            new("valid", NftType.Concat(NftType.Mark, NftType.Ipv4Address, NftType.Port))
            {
                Elements = [new(Key(NftData.Host32(1), Ip("10.0.0.1"), Port(80)))],
            },
        ],
        Chains = [Nft.NatChain("pre", NftHook.Prerouting, NftPriority.DestinationNat, Nft.Rule(Nft.Goto("lb"))), Nft.Chain("lb", Sticky(), Fresh())],
    };

    private static NftRule Sticky() => Nft.Rule(
        Nft.L4Proto.Is(6u),
        new NftLet(0, Client.Map("aff", AddressAndPort)),
        Nft.Concat(Id, Picked).In("valid"),
        new NftDynset(NftDynsetOperation.Update, "aff", Client, Picked),
        new NftNat(NftNatKind.Destination, NftFamily.Ip, Picked));

    private static NftRule Fresh() => Nft.Rule(
        Nft.L4Proto.Is(6u),
        new NftLet(0, Nft.Concat(Id, new NftNumgen(NftNumgenMode.Random, 2)).Map("be", AddressAndPort)),
        new NftDynset(NftDynsetOperation.Delete, "aff", Client, Picked),
        new NftDynset(NftDynsetOperation.Add, "aff", Client, Picked, TimeoutMilliseconds: 5000),
        new NftNat(NftNatKind.Destination, NftFamily.Ip, Picked));

    internal static NftData Ip(string text) => NftData.Of(IpAddress.Parse(text));

    internal static NftData Port(ushort port) => NftData.Big16(port);

    internal static NftData Key(params ReadOnlySpan<NftData> parts) => NftData.Concat(parts);
}
