using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using Weft.Tests.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>The kernel keeps the contract.</summary>
[Collection(NftablesCollection.Name)]
[Trait("vm", "also")]
public sealed class KernelNftablesTests : NftablesContract, IDisposable
{
    private readonly KernelNftables _driver = new();

    public KernelNftablesTests() => Become(NftRuleset.Empty);

    protected override INftablesDriver Driver => _driver;

    public void Dispose()
    {
        Become(NftRuleset.Empty);
        _driver.Dispose();
    }
}
