using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>What every monitor of tables tells, run on the fake and on the kernel's.</summary>
public abstract class NftMonitorContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly NftTableId Ours = new(NftFamily.Ip, "monitored");
    private static readonly NftTableId Foreign = new(NftFamily.Ip6, "monitored");

    protected abstract INftablesDriver Driver { get; }

    protected abstract INftablesMonitor Monitor { get; }

    /// <summary>Applies a batch as another program would.</summary>
    protected abstract void Interfere(NftBatch batch);

    [Fact]
    public async Task The_first_word_is_that_anything_may_have_changed()
    {
        await using var changes = Listen();
        Assert.True((await NextAsync(changes)).IsUnknown);
    }

    [Fact]
    public async Task What_others_do_to_our_tables_is_told_and_nothing_else()
    {
        await using var changes = Listen();
        await NextAsync(changes);
        Driver.Apply(Batch(new NftAddTable(Ours)));
        Driver.Apply(Batch(new NftAddChain(Ours, "mine")));
        Interfere(Batch(new NftAddTable(Foreign)));
        Interfere(Batch(new NftAddTable(Foreign), new NftAddChain(Ours, "theirs")));
        var change = await NextAsync(changes);
        Assert.Equal(Ours, Assert.Single(change.Tables));
        Assert.False(string.IsNullOrEmpty(change.Process));
        Driver.Apply(Batch(new NftDeleteChain(Ours, "mine"), new NftDeleteChain(Ours, "theirs")));
        Interfere(Batch(new NftDeleteTable(Foreign), new NftDeleteTable(Ours)));
        Assert.Equal(Ours, Assert.Single((await NextAsync(changes)).Tables));
    }

    private static NftBatch Batch(params EquatableArray<NftOperation> operations) => new(operations);

    private static async Task<NftChange> NextAsync(IAsyncEnumerator<NftChange> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Patience));
        return changes.Current;
    }

    private IAsyncEnumerator<NftChange> Listen() => Monitor.WatchAsync([Ours], CancellationToken.None).GetAsyncEnumerator();
}
