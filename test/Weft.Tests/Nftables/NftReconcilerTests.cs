using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>Converging reads back, compares and applies, and begins anew when somebody interferes.</summary>
public sealed class NftReconcilerTests
{
    private readonly FakeNftables _fake = new();

    [Fact]
    public void Converging_twice_changes_nothing_the_second_time()
    {
        Assert.False(_fake.Converge(NftSamples.All["policies"]).IsEmpty);
        Assert.True(_fake.Converge(NftSamples.All["policies"]).IsEmpty);
    }

    [Fact]
    public void Only_owned_tables_are_deleted()
    {
        _fake.Converge(NftSamples.All["policies"]);
        _fake.Converge(NftSamples.All["masquerade"]);
        Assert.Equal(2, _fake.ReadBack().Ruleset.Tables.Count);
        _fake.Converge(NftSamples.All["masquerade"], [new NftTableId(NftFamily.Inet, "weft-policies")]);
        Assert.Equal(NftSamples.All["masquerade"], _fake.ReadBack().Ruleset);
    }

    [Fact]
    public void A_writer_that_interferes_once_is_survived()
    {
        var driver = new Interfered(_fake, times: 1);
        driver.Converge(NftSamples.All["policies"]);
        Assert.NotNull(_fake.ReadBack().Ruleset.Find(new NftTableId(NftFamily.Inet, "weft-policies")));
    }

    [Fact]
    public void A_writer_that_never_stops_is_reported() =>
        Assert.True(Assert.Throws<NftException>(() => new Interfered(_fake, times: int.MaxValue).Converge(NftSamples.All["policies"])).IsConflict);

    private sealed class Interfered(FakeNftables inner, int times) : INftablesDriver
    {
        private int _left = times;

        public NftReadBack ReadBack(params EquatableArray<NftTableId> tables)
        {
            var found = inner.ReadBack(tables);
            if (_left-- > 0)
                inner.Apply(new NftBatch([new NftAddTable(new NftTableId(NftFamily.Ip, "somebody-else"))]));
            return found;
        }

        public uint Generation() => inner.Generation();

        public void Apply(NftBatch batch) => inner.Apply(batch);
    }
}
