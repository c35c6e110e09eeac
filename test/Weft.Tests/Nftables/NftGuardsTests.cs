using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>Rules ask for a protocol before they read its header.</summary>
public sealed class NftGuardsTests
{
    private static readonly IpAddress Address = IpAddress.Parse("10.0.0.1");

    [Theory]
    [InlineData(NftFamily.Ip, "ip saddr 10.0.0.1 drop")]
    [InlineData(NftFamily.Inet, "meta nfproto ipv4 ip saddr 10.0.0.1 drop")]
    [InlineData(NftFamily.Bridge, "meta protocol ip ip saddr 10.0.0.1 drop")]
    [InlineData(NftFamily.Netdev, "meta protocol ip ip saddr 10.0.0.1 drop")]
    public void An_address_is_read_behind_the_match_that_its_family_needs(NftFamily family, string expected) =>
        Assert.Equal(expected, Complete(family, Nft.Rule(Nft.IpSaddr.Is(Address), Nft.Drop)));

    [Fact]
    public void A_match_that_is_there_is_not_written_twice() => Assert.Equal(
        "meta l4proto tcp iifname \"a\" tcp dport 80 accept",
        Complete(NftFamily.Inet, Nft.Rule(Nft.L4Proto.Is(6u), Nft.Iifname.Is("a"), Nft.TcpDport.Is(80u), Nft.Accept)));

    [Fact]
    public void A_match_of_something_else_is_no_guard() => Assert.Equal(
        "meta l4proto != tcp ip saddr 10.0.0.1",
        Complete(NftFamily.Ip, Nft.Rule(Nft.L4Proto.IsNot(6u), Nft.IpSaddr.Is(Address))));

    [Fact]
    public void A_general_port_takes_the_name_of_the_protocol_that_was_asked_for() => Assert.Equal(
        "meta l4proto udp ip saddr . udp dport @set",
        Complete(NftFamily.Ip, Nft.Rule(Nft.L4Proto.Is(17u), Nft.Concat(Nft.IpSaddr, Nft.TransportDport).In("set"))));

    [Fact]
    public void Parts_of_a_key_are_guarded_too() => Assert.Equal(
        "meta iiftype ether meta nfproto ipv4 ether saddr . ip saddr != @pods drop",
        Complete(NftFamily.Inet, Nft.Rule(Nft.Concat(Nft.EtherSaddr, Nft.IpSaddr).NotIn("pods"), Nft.Drop)));

    [Fact]
    public void A_reset_is_for_tcp_only() => Assert.Equal(
        "meta l4proto tcp reject with tcp reset", Complete(NftFamily.Inet, Nft.Rule(new NftReject(NftRejectKind.TcpReset))));

    [Fact]
    public void A_field_that_the_table_never_sees_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => Complete(NftFamily.Ip6, Nft.Rule(Nft.IpSaddr.Is(Address))));

    [Fact]
    public void Contradictory_protocols_are_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => Complete(NftFamily.Ip, Nft.Rule(Nft.TcpDport.Is(1u), Nft.UdpDport.Is(1u))));

    [Fact]
    public void What_is_complete_keeps_its_reference()
    {
        var complete = NftGuards.Complete(Table(NftFamily.Inet, Nft.Rule(Nft.IpSaddr.Is(Address), Nft.Drop)));
        Assert.Same(complete, NftGuards.Complete(complete));
    }

    private static string Complete(NftFamily family, NftRule rule) => NftPrinter.Print(NftGuards.Complete(Table(family, rule)).Chains[0].Rules[0], family);

    private static NftTable Table(NftFamily family, NftRule rule) => new(family, "t") { Chains = [Nft.Chain("c", rule)] };
}
