using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services.Nftables;
using Weft.Model.Nftables;
using Weft.Model.Services;
using Weft.Netlink.Nftables;

namespace Weft.Tests.ServiceProxy;

/// <summary>Rules against a plain oracle of what Services mean, for any table and any packet.</summary>
public sealed class NftServiceProperties
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void The_compiled_rules_do_with_every_packet_what_the_oracle_says() => Prop.ForAll(
        RandomServices.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPackets.Any, 20).ToArbitrary(),
        (table, packets) => CheckSame(table, NftServiceProgram.Compile(table), packets)).Check(Often);

    [Fact]
    public void Batches_of_changes_lead_to_the_same_behaviour_as_compiling_anew() => Prop.ForAll(
        RandomServices.History.ToArbitrary(),
        Gen.ArrayOf(RandomPackets.Any, 8).ToArbitrary(),
        (history, packets) =>
        {
            var kernel = new FakeNftables();
            var program = NftServiceProgram.Adopt(null);
            foreach (var table in history)
            {
                kernel.Apply(program.Plan(table));
                program.Commit();
                var ruleset = kernel.ReadBack().Ruleset;
                Assert.Equal(program.Ruleset(), ruleset);
                CheckSame(table, ruleset, packets);
            }
        }).Check(Often);

    [Fact]
    public void After_a_restart_nothing_is_sent_and_changes_go_on_as_before() => Prop.ForAll(
        RandomServices.History.ToArbitrary(),
        Gen.ArrayOf(RandomPackets.Any, 8).ToArbitrary(),
        (history, packets) =>
        {
            var kernel = new FakeNftables();
            foreach (var table in history)
            {
                var program = NftServiceProgram.Adopt(kernel.ReadBack());
                kernel.Apply(program.Plan(table));
                program.Commit();
                Assert.Equal(program.Ruleset(), kernel.ReadBack().Ruleset);
                var restarted = NftServiceProgram.Adopt(kernel.ReadBack());
                Assert.Empty(restarted.Plan(table).Operations);
                restarted.Commit();
                Assert.True(restarted.Plan(table).IsEmpty);
                CheckSame(table, kernel.ReadBack().Ruleset, packets);
            }
        }).Check(Often);

    [Fact]
    public void A_plan_that_was_not_committed_leaves_no_trace() => Prop.ForAll(
        RandomServices.History.ToArbitrary(),
        history =>
        {
            var kernel = new FakeNftables();
            var (program, straight) = (NftServiceProgram.Adopt(null), NftServiceProgram.Adopt(null));
            foreach (var table in history)
            {
                program.Plan(history[^1]);
                program.Plan(history[0]);
                kernel.Apply(program.Plan(table));
                program.Commit();
                straight.Plan(table);
                straight.Commit();
                Assert.Equal(program.Ruleset(), kernel.ReadBack().Ruleset);
                Assert.Equal(straight.Committed, program.Committed);
            }
        }).Check(Often);

    [Fact]
    public void Every_element_of_a_port_leads_back_to_it() => Prop.ForAll(
        RandomServices.Table.ToArbitrary(),
        table =>
        {
            var program = NftServiceProgram.Adopt(null);
            var names = table.Ports.Select(port => port.Name).ToHashSet();
            foreach (var add in program.Plan(table).Operations.OfType<NftAddElements>().Where(add => add.Set.Name is "frontends" or "backends" or "places" or "sources" or "node-ports"))
            {
                foreach (var element in add.Elements)
                    Assert.Contains(program.Owner(add, element)!.Value, names);
            }
        }).Check(Often);

    private static void CheckSame(ServiceTable table, NftRuleset ruleset, NftPacket[] packets)
    {
        var oracle = new ServiceOracle(table, RandomServices.NodeAddresses);
        var rules = new InterpretedServices(ruleset, RandomServices.NodeAddresses);
        foreach (var packet in packets)
        {
            var (expected, actual) = (oracle.Decide(packet), rules.Decide(packet));
            Assert.True(expected.Equals(actual), $"{packet}\nexpected {expected}\nactual   {actual}\n{NftPrinter.Print(ruleset)}");
        }
    }
}
