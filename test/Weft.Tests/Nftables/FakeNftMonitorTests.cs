using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>The fake keeps the contract.</summary>
public sealed class FakeNftMonitorTests : NftMonitorContract
{
    private readonly FakeNftables _fake = new();

    protected override INftablesDriver Driver => _fake;

    protected override INftablesMonitor Monitor => _fake;

    protected override void Interfere(NftBatch batch) => _fake.Interfere(batch);
}
