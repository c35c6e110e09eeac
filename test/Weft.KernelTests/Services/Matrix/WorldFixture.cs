using Weft.KernelTests.ServiceProxy;

namespace Weft.KernelTests.Services.Matrix;

/// <summary>Makes the world of one target once for all tests of a class.</summary>
public abstract class WorldFixture(string target) : IAsyncLifetime
{
    private ServiceWorld? _world;
    private string? _missing;

    /// <summary>The target's name.</summary>
    internal string Target => target;

    /// <summary>Skips the test, visibly, where the target cannot work.</summary>
    internal ServiceWorld World
    {
        get
        {
            Assert.SkipUnless(_missing is null, _missing ?? "");
            return _world!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _missing = target switch
        {
            ProxyTargets.IptablesNft => IptablesVariant.Missing("nft"),
            ProxyTargets.IptablesLegacy => IptablesVariant.Missing("legacy"),
            _ => null,
        };
        if (_missing is null)
            _world = await ServiceWorld.CreateAsync(target);
    }

    public ValueTask DisposeAsync()
    {
        _world?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Services by nf_tables.</summary>
/// <param name="fixture">Its world.</param>
public sealed class NftablesMatrixTests(NftablesMatrixTests.Fixture fixture) : ServiceMatrix(fixture), IClassFixture<NftablesMatrixTests.Fixture>
{
    public sealed class Fixture() : WorldFixture(ProxyTargets.Nftables);
}

/// <summary>Services by iptables over nf_tables.</summary>
/// <param name="fixture">Its world.</param>
public sealed class IptablesNftMatrixTests(IptablesNftMatrixTests.Fixture fixture) : ServiceMatrix(fixture), IClassFixture<IptablesNftMatrixTests.Fixture>
{
    public sealed class Fixture() : WorldFixture(ProxyTargets.IptablesNft);
}

/// <summary>Services by the old iptables.</summary>
/// <param name="fixture">Its world.</param>
public sealed class IptablesLegacyMatrixTests(IptablesLegacyMatrixTests.Fixture fixture) : ServiceMatrix(fixture), IClassFixture<IptablesLegacyMatrixTests.Fixture>
{
    public sealed class Fixture() : WorldFixture(ProxyTargets.IptablesLegacy);
}

/// <summary>Services by IPVS.</summary>
/// <param name="fixture">Its world.</param>
[Trait("vm", "only")]
public sealed class IpvsMatrixTests(IpvsMatrixTests.Fixture fixture) : ServiceMatrix(fixture), IClassFixture<IpvsMatrixTests.Fixture>
{
    public sealed class Fixture() : WorldFixture(ProxyTargets.Ipvs);
}
