using Weft.Model.Nftables;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Nftables;
using Weft.Tests.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>The kernel keeps the contract.</summary>
public sealed class KernelNftMonitorTests : NftMonitorContract, IDisposable
{
    private const int Many = 100_000;
    private readonly NetworkNamespace _where = NetworkNamespace.Create();
    private readonly KernelNftables _ours;
    private readonly KernelNftables _theirs;

    public KernelNftMonitorTests()
    {
        _ours = _where.Run(static () => new KernelNftables());
        _theirs = _where.Run(static () => new KernelNftables());
    }

    protected override INftablesDriver Driver => _ours;

    protected override INftablesMonitor Monitor => _ours;

    [Fact]
    public async Task A_change_too_large_for_the_kernels_buffer_is_told_all_the_same()
    {
        var set = new NftSet("s", NftType.Ipv4Address) { Elements = [.. Enumerable.Range(1, Many).Select(i => new NftElement(NftData.Of(Model.IpAddress.V4((uint)i))))] };
        var table = new NftRuleset { Tables = [new NftTable(NftFamily.Ip, "monitored") { Sets = [set] }] };
        await using var changes = _ours.WatchAsync([new NftTableId(NftFamily.Ip, "monitored")], CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        _theirs.Apply(NftDiff.Between(NftRuleset.Empty, table));
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(changes.Current.IsUnknown || changes.Current.Tables.Count == 1);
    }

    protected override void Interfere(NftBatch batch) => _theirs.Apply(batch);

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        _where.Dispose();
    }
}
