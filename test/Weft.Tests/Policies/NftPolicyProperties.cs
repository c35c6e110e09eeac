using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Policies.Nftables;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Policies;

/// <summary>Rules against the plain reading of a policy table, for any table and any packet.</summary>
public sealed class NftPolicyProperties
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Fact]
    public void The_rules_do_with_every_connection_what_the_table_says() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 30).ToArbitrary(),
        (table, connections) => InterpretedPolicies.CheckSame(table, NftPolicyProgram.Compile(table), connections)).Check(Often);

    [Fact]
    public void What_begins_in_the_middle_passes_if_the_end_that_may_have_opened_it_is_allowed_to() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Segment, 30).ToArbitrary(),
        (table, segments) => InterpretedPolicies.CheckMiddle(table, NftPolicyProgram.Compile(table), segments)).Check(Often);

    [Fact]
    public void Batches_of_changes_lead_to_the_same_behaviour_as_compiling_anew() => Prop.ForAll(
        RandomPolicies.History.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 10).ToArbitrary(),
        (history, connections) =>
        {
            var kernel = new FakeNftables();
            var program = NftPolicyProgram.Adopt(null);
            foreach (var table in history)
            {
                kernel.Apply(program.Plan(table));
                program.Commit();
                var ruleset = kernel.ReadBack().Ruleset;
                Assert.Equal(program.Ruleset(), ruleset);
                InterpretedPolicies.CheckSame(table, ruleset, connections);
            }
        }).Check(Often);

    [Fact]
    public void After_a_restart_nothing_is_sent_and_changes_go_on_as_before() => Prop.ForAll(
        RandomPolicies.History.ToArbitrary(),
        Gen.ArrayOf(RandomPolicies.Connection, 10).ToArbitrary(),
        (history, connections) =>
        {
            var kernel = new FakeNftables();
            foreach (var table in history)
            {
                var program = NftPolicyProgram.Adopt(kernel.ReadBack());
                kernel.Apply(program.Plan(table));
                program.Commit();
                Assert.Equal(program.Ruleset(), kernel.ReadBack().Ruleset);
                var restarted = NftPolicyProgram.Adopt(kernel.ReadBack());
                Assert.Empty(restarted.Plan(table).Operations);
                restarted.Commit();
                Assert.True(restarted.Plan(table).IsEmpty);
                InterpretedPolicies.CheckSame(table, kernel.ReadBack().Ruleset, connections);
            }
        }).Check(Often);

    [Fact]
    public void A_plan_that_was_not_committed_leaves_no_trace() => Prop.ForAll(
        RandomPolicies.History.ToArbitrary(),
        history =>
        {
            var kernel = new FakeNftables();
            var program = NftPolicyProgram.Adopt(null);
            foreach (var table in history)
            {
                program.Plan(history[^1]);
                program.Plan(history[0]);
                kernel.Apply(program.Plan(table));
                program.Commit();
                program.Plan(history[1]);
                Assert.Equal(program.Ruleset(), kernel.ReadBack().Ruleset);
                Assert.Equal(table, program.Committed);
            }
        }).Check(Often);

    [Fact]
    public void Every_verdict_leads_back_to_the_rule_that_made_it() => Prop.ForAll(
        RandomPolicies.Table.ToArbitrary(),
        table =>
        {
            var program = NftPolicyProgram.Adopt(null);
            var batch = program.Plan(table);
            foreach (var add in batch.Operations.OfType<NftAddElements>().Where(add => add.Set.Name is "ports" or "ranges" or "any"))
            {
                foreach (var element in add.Elements)
                {
                    var decision = program.Owner(add, element)!.Decision!.Value;
                    Assert.Equal(decision.IsAccepted, element.Verdict == NftVerdict.Accept);
                    Assert.Equal(decision.Rule?.ToString() ?? (decision.IsAccepted ? "no policy" : "default deny of NetworkPolicy default/isolate"), element.Comment);
                }
            }
        }).Check(Often);
}
