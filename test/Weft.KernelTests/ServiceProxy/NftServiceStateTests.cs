using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;
using Weft.Tests.ServiceProxy;
using Weft.Tests.Targets;

namespace Weft.KernelTests.ServiceProxy;

/// <summary>The kernel takes every table of Services, and every way from one to another.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftServiceStateTests : IDisposable
{
    private readonly KernelNftables _driver = new();

    public NftServiceStateTests() => _driver.Converge(NftRuleset.Empty, NftServiceProgram.Tables);

    [Fact]
    public void The_kernel_has_what_was_planned_after_every_change_and_a_restart_sends_nothing() => Prop.ForAll(
        RandomServices.History.ToArbitrary(),
        history =>
        {
            var program = NftServiceProgram.Adopt(_driver.ReadBack(NftServiceProgram.Tables));
            foreach (var table in history)
            {
                _driver.Apply(program.Plan(table));
                program.Commit();
                var found = _driver.ReadBack(NftServiceProgram.Tables);
                Assert.Equal(NftPrinter.Print(program.Ruleset()), NftPrinter.Print(found.Ruleset));
                Assert.Equal(program.Ruleset(), found.Ruleset);
                Assert.True(NftServiceProgram.Adopt(found).Plan(table).IsEmpty);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Tables_of_another_shape_are_replaced_in_one_transaction_and_ports_keep_their_ids()
    {
        var table = SampleTables.All["external"];
        var desired = NftServiceProgram.Compile(table);
        _driver.Apply(NftDiff.Between(NftRuleset.Empty, new NftRuleset { Tables = desired.Tables.Select(OtherShape).ToEquatableArray() }));
        var before = _driver.Generation();

        var program = NftServiceProgram.Adopt(_driver.ReadBack(NftServiceProgram.Tables));
        _driver.Apply(program.Plan(table));
        program.Commit();

        Assert.Equal(before + 1, _driver.Generation());
        Assert.Equal(desired, _driver.ReadBack(NftServiceProgram.Tables).Ruleset);
    }

    public void Dispose()
    {
        _driver.Converge(NftRuleset.Empty, NftServiceProgram.Tables);
        _driver.Dispose();
    }

    /// <summary>Affinity remembered endpoints before it remembered places.</summary>
    private static NftTable OtherShape(NftTable table) => table with
    {
        Sets = table.Sets
            .Where(set => set.Name != "places")
            .Select(set => set.Name == "affinity" ? set with { DataType = table.FindSet("backends")!.DataType } : set)
            .ToEquatableArray(),
    };
}
