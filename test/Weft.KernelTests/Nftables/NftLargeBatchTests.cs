using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>Batches beyond what one message, or one transaction, can carry.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftLargeBatchTests : IDisposable
{
    private const int Count = 20_000;
    private static readonly NftTableId Table = new(NftFamily.Ip, "large");

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(150_000)]
    public void A_large_first_load_arrives_whole_in_one_transaction_or_several(int largest)
    {
        using var driver = new KernelNftables { LargestTransaction = largest };
        var desired = Ruleset(Enumerable.Range(0, Count), rules: 2000);
        var before = driver.ReadBack().Generation;
        driver.Apply(NftDiff.Between(driver.ReadBack(), desired));
        var after = driver.ReadBack();
        Assert.True(desired == after.Ruleset, "the read-back differs");
        Assert.Equal(largest == int.MaxValue, after.Generation == before + 1);
    }

    [Fact]
    public void A_large_change_in_several_transactions_arrives_whole()
    {
        using var driver = new KernelNftables { LargestTransaction = 150_000 };
        driver.Converge(Ruleset(Enumerable.Range(0, Count), rules: 10));
        var desired = Ruleset(Enumerable.Range(Count / 2, Count), rules: 3000);
        driver.Converge(desired);
        Assert.True(desired == driver.ReadBack().Ruleset, "the read-back differs");
        Assert.True(driver.Converge(desired).IsEmpty);
    }

    public void Dispose()
    {
        using var driver = new KernelNftables();
        driver.Converge(NftRuleset.Empty, [Table]);
    }

    private static NftRuleset Ruleset(IEnumerable<int> numbers, int rules) => new()
    {
        Tables =
        [
            new NftTable(Table.Family, Table.Name)
            {
                Sets = [new("set", NftType.Ipv4Address) { Elements = numbers.Select(number => new NftElement(NftData.Of(IpAddress.V4((uint)number)))).ToEquatableArray() }],
                Chains = [Nft.Chain("chain", [.. Enumerable.Range(0, rules).Select(number => Nft.Rule(Nft.Mark.Is((uint)number), Nft.Counter))])],
            },
        ],
    };
}
