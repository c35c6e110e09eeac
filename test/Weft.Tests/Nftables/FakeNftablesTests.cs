using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>The fake keeps the contract.</summary>
public sealed class FakeNftablesTests : NftablesContract
{
    protected override INftablesDriver Driver { get; } = new FakeNftables();
}
