using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>A batch that is too large is cut where the halves are consistent.</summary>
public sealed class NftPartitionTests
{
    private const int Size = 100;
    private static readonly NftTableId Table = new(NftFamily.Ip, "t");
    private static readonly NftSet Set = new("s", NftType.Port);

    [Fact]
    public void What_fits_stays_whole() => Assert.Equal(3, End(300, Chain(), Chain(), Chain()));

    [Fact]
    public void As_much_as_fits_goes_first() => Assert.Equal(2, End(299, Chain(), Chain(), Chain()));

    [Fact]
    public void A_replaced_element_is_not_torn_apart() =>
        Assert.Equal(1, End(200, Chain(), new NftDeleteElements(Table, Set, []), new NftAddElements(Table, Set, [])));

    [Fact]
    public void A_chain_keeps_its_rules() =>
        Assert.Equal(1, End(300, Chain(), new NftFlushChain(Table, "c"), Rule("c"), Rule("c")));

    [Fact]
    public void Where_nothing_else_is_left_a_chain_is_cut_after_all() => Assert.Equal(2, End(200, Rule("c"), Rule("c"), Rule("c")));

    [Fact]
    public void A_message_beyond_the_limit_goes_alone() => Assert.Equal(1, End(50, Chain(), Chain()));

    private static int End(int limit, params NftOperation[] operations) => NftPartition.EndOfPart(
        [.. operations.Select((operation, index) => new NftMessageOrigin(index * Size, operation, 0))], operations.Length * Size, 0, limit);

    private static NftAddChain Chain() => new(Table, "c");

    private static NftAddRule Rule(string chain) => new(Table, chain, Nft.Rule(Nft.Drop));
}
