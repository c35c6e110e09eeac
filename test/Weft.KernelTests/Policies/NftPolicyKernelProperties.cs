using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies.Nftables;
using Weft.KernelTests.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Tests.Policies;

namespace Weft.KernelTests.Policies;

/// <summary>The kernel takes every policy table, and every way from one to another, and does with connections what the table says.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftPolicyKernelProperties : IDisposable
{
    private const byte Tcp = 6, Udp = 17;

    private readonly PolicyWorld _world = new();

    [Fact]
    public void The_kernel_has_what_was_planned_after_every_change_and_a_restart_sends_nothing() => Prop.ForAll(
        RandomPolicies.History.ToArbitrary(),
        history =>
        {
            var program = NftPolicyProgram.Adopt(_world.Filter.ReadBack(NftPolicyProgram.Tables));
            foreach (var table in history)
            {
                _world.Filter.Apply(program.Plan(table));
                program.Commit();
                var found = _world.Filter.ReadBack(NftPolicyProgram.Tables);
                Assert.Equal(NftPrinter.Print(program.Ruleset()), NftPrinter.Print(found.Ruleset));
                Assert.Equal(program.Ruleset(), found.Ruleset);
                Assert.True(NftPolicyProgram.Adopt(found).Plan(table).IsEmpty);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Connections_pass_the_kernel_as_the_table_says() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 60).ToArbitrary(),
        (table, connections) =>
        {
            var program = NftPolicyProgram.Adopt(_world.Filter.ReadBack(NftPolicyProgram.Tables));
            _world.Filter.Apply(program.Plan(table));
            program.Commit();
            var judge = new PolicyJudge(table);
            foreach (var connection in connections.Where(CanBeTried).Take(12))
            {
                var verdict = judge.Judge(connection);
                var passes = PolicyProbe.PassesAsync(_world.SideOf(connection.Source)!, _world.SideOf(connection.Destination)!, connection, verdict.IsAccepted)
                    .GetAwaiter().GetResult();
                Assert.True(passes == verdict.IsAccepted, $"{connection}: {verdict.Denier?.Reason}\n{NftPrinter.Print(program.Ruleset())}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    [Fact]
    public void Nft_lists_the_table()
    {
        NftTool.SkipUnlessInstalled();
        foreach (var table in RandomPolicies.Table.Sample(5))
        {
            _world.Filter.Converge(NftPolicyProgram.Compile(table), NftPolicyProgram.Tables);
            var text = _world.Node.Run(() => NftTool.Run(input: null, "list", "ruleset"));
            foreach (var chain in NftPolicyProgram.Compile(table).Tables.SelectMany(found => found.Chains))
                Assert.Contains($"\tchain {chain.Name} {{", text, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _world.Dispose();

    private bool CanBeTried(Connection connection) =>
        connection.Protocol is Tcp or Udp && connection.Port > 0
        && _world.SideOf(connection.Source) is { } from && _world.SideOf(connection.Destination) is { } to && !from.Equals(to);
}
