using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>The diff writes what changed, in an order that is consistent at every point.</summary>
public sealed class NftDiffTests
{
    private static readonly NftSet Map = new("map", NftType.Port, NftType.Verdict);

    [Fact]
    public void Equal_rulesets_need_nothing() =>
        Assert.True(NftDiff.Between(NftSamples.All["policies"], NftSamples.All["policies"] with { }).IsEmpty);

    [Fact]
    public void A_first_load_defines_before_it_refers() => Assert.Equal(
        """
        add table ip t
        add chain ip t a
        add chain ip t b
        add map ip t map
        add 1 elements to ip t map
        add rule 0 of chain ip t a: meta l4proto tcp tcp dport vmap @map
        """,
        NftDiff.Between(NftRuleset.Empty, Full()).ToString());

    [Fact]
    public void Removals_come_last_and_users_go_before_what_they_use() => Assert.Equal(
        """
        add chain ip t c
        flush chain ip t a
        delete set ip t map
        delete chain ip t a
        delete chain ip t b
        """,
        NftDiff.Between(Full(), Of(new NftTable(NftFamily.Ip, "t") { Chains = [Nft.Chain("c")] })).ToString());

    [Fact]
    public void A_table_that_nobody_wants_is_deleted_whole() =>
        Assert.Equal("delete table ip t", NftDiff.Between(Full(), NftRuleset.Empty).ToString());

    [Fact]
    public void Elements_of_dynamic_sets_are_left_alone()
    {
        var set = new NftSet("aff", NftType.Ipv4Address) { Flags = NftSetFlags.Dynamic };
        var found = set with { Elements = [new(NftSamples.Ip("10.0.0.1"))] };
        Assert.True(NftDiff.Between(Of(Table(found)), Of(Table(set))).IsEmpty);
    }

    [Fact]
    public void What_was_counted_is_no_difference()
    {
        var counted = Nft.Rule(new NftCounter(new NftCounts(7, 420)));
        Assert.True(NftDiff.Between(WithRule(counted), WithRule(Nft.Rule(Nft.Counter))).IsEmpty);
    }

    [Fact]
    public void The_order_in_which_elements_are_given_is_no_difference()
    {
        NftElement one = new(NftSamples.Port(1)), two = new(NftSamples.Port(2));
        var set = new NftSet("s", NftType.Port) { Elements = [one, two] };
        Assert.Equal(set, set with { Elements = [two, one] });
    }

    [Fact]
    public void A_guard_that_the_kernel_lacks_is_a_difference()
    {
        var unguarded = new NftRuleset
        {
            Tables = [new NftTable(NftFamily.Inet, "t") { Chains = [Nft.Chain("c", Nft.Rule(Nft.EtherSaddr.Is(default(MacAddress)), Nft.Drop))] }],
        };
        Assert.True(NftDiff.Between(unguarded, unguarded with { }).IsEmpty);
        Assert.False(NftDiff.Between(new NftReadBack(unguarded, 1), unguarded).IsEmpty);
    }

    [Fact]
    public void A_batch_from_a_read_back_carries_its_generation() =>
        Assert.Equal(42u, NftDiff.Between(new NftReadBack(NftRuleset.Empty, 42), Full()).Generation);

    private static NftRuleset Full() => Of(new NftTable(NftFamily.Ip, "t")
    {
        Sets = [Map with { Elements = [new(NftSamples.Port(80), Verdict: NftVerdict.Goto("b"))] }],
        Chains = [Nft.Chain("b"), Nft.Chain("a", Nft.Rule(Nft.TcpDport.VerdictMap("map")))],
    });

    private static NftRuleset WithRule(NftRule rule) => Of(new NftTable(NftFamily.Ip, "t") { Chains = [Nft.Chain("c", rule)] });

    private static NftTable Table(NftSet set) => new(NftFamily.Ip, "t") { Sets = [set] };

    private static NftRuleset Of(NftTable table) => new() { Tables = [table] };
}
