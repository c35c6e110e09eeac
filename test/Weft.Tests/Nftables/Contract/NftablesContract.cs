using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>What every driver promises; run on the fake here and on the kernel in the kernel tests.</summary>
public abstract class NftablesContract
{
    private const int NotFound = 2, Busy = 16, Exists = 17, TooManyLinks = 31, Loop = 40;

    // Each case takes some twenty milliseconds on the kernel.
    private const int Cases = 60;

    private static readonly NftTableId Table = new(NftFamily.Ip, "contract");

    private static readonly NftSet Backends = new("be", NftType.Ipv4Address, NftType.Port);

    /// <summary>The driver under test, with no table in it.</summary>
    protected abstract INftablesDriver Driver { get; }

    public static TheoryData<string> Samples => [.. NftSamples.All.Keys];

    [Fact]
    public void An_untouched_namespace_has_no_tables() => Assert.Empty(Driver.ReadBack().Ruleset.Tables);

    [Theory]
    [MemberData(nameof(Samples))]
    public void What_was_applied_is_read_back(string sample) => AssertRoundTrip(NftSamples.All[sample]);

    [Fact]
    public void Values_that_a_rule_keeps_are_read_back() => AssertRoundTrip(NftSamples.Affinity);

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_diff_of_what_was_read_back_is_empty(string sample)
    {
        Become(NftSamples.All[sample]);
        Assert.Empty(NftDiff.Between(Driver.ReadBack(), NftSamples.All[sample]).ToString());
    }

    [Fact]
    public void Any_sample_turns_into_any_other_and_back_to_nothing()
    {
        foreach (var (from, before) in NftSamples.All)
        {
            foreach (var (to, after) in NftSamples.All)
            {
                Become(before);
                Become(after);
                AssertSame(after, Driver.ReadBack().Ruleset, $"{from} to {to}");
            }
        }

        Become(NftRuleset.Empty);
        Assert.Empty(Driver.ReadBack().Ruleset.Tables);
    }

    [Fact]
    public void Any_ruleset_is_read_back_and_turns_into_any_other() => Prop.ForAll<int>(seed =>
    {
        var random = new NftRandom(seed);
        AssertRoundTrip(random.Ruleset());
        AssertRoundTrip(random.Ruleset());
        Assert.True(NftDiff.Between(Driver.ReadBack(), Driver.ReadBack().Ruleset).IsEmpty);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public void Elements_of_any_two_sets_turn_into_each_other() => Prop.ForAll<int>(seed =>
    {
        var random = new NftRandom(seed);
        var set = random.Set("set");
        var table = new NftTable(Table.Family, Table.Name) { Sets = [set] };
        AssertRoundTrip(NftSamples.Of(table));
        AssertRoundTrip(NftSamples.Of(table with { Sets = [random.Change(set)] }));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    [Fact]
    public void Only_the_tables_that_were_asked_for_are_read()
    {
        Become(NftSamples.All["anti-spoof"]);
        var found = Driver.ReadBack([new NftTableId(NftFamily.Arp, "weft-arp"), new NftTableId(NftFamily.Ip, "absent")]);
        Assert.Equal("weft-arp", Assert.Single(found.Ruleset.Tables.ToArray()).Name);
    }

    [Fact]
    public void A_changed_element_changes_nothing_else()
    {
        Become(WithBackends(("10.0.0.1", 80), ("10.0.0.2", 80), ("10.0.0.3", 80)));
        var desired = WithBackends(("10.0.0.1", 80), ("10.0.0.2", 8080), ("10.0.0.4", 80));
        var batch = NftDiff.Between(Driver.ReadBack(), desired);
        Assert.Equal("delete 2 elements from ip contract be\nadd 2 elements to ip contract be", batch.ToString());
        Driver.Apply(batch);
        AssertSame(desired, Driver.ReadBack().Ruleset);
    }

    [Fact]
    public void Changed_rules_replace_those_of_their_chain()
    {
        Become(WithRules(Nft.Rule(Nft.Counter), Nft.Rule(Nft.Drop)));
        var desired = WithRules(Nft.Rule(Nft.Counter), Nft.Rule(Nft.Accept));
        Become(desired);
        AssertSame(desired, Driver.ReadBack().Ruleset);
    }

    [Fact]
    public void A_further_rule_is_appended()
    {
        Become(WithRules(Nft.Rule(Nft.Counter)));
        var batch = NftDiff.Between(Driver.ReadBack(), WithRules(Nft.Rule(Nft.Counter), Nft.Rule(Nft.Accept)));
        Assert.Single(batch.Operations.ToArray());
        Driver.Apply(batch);
        AssertSame(WithRules(Nft.Rule(Nft.Counter), Nft.Rule(Nft.Accept)), Driver.ReadBack().Ruleset);
    }

    [Fact]
    public void A_changed_definition_replaces_the_table()
    {
        Become(WithBackends(("10.0.0.1", 80)));
        var set = new NftSet("be", NftType.Ipv6Address);
        var desired = new NftRuleset { Tables = [new NftTable(Table.Family, Table.Name) { Sets = [set] }] };
        Become(desired);
        AssertSame(desired, Driver.ReadBack().Ruleset);
    }

    [Fact]
    public void Deleting_an_absent_table_is_no_error()
    {
        Apply(new NftDeleteTable(Table));
        Assert.Empty(Driver.ReadBack().Ruleset.Tables);
    }

    [Fact]
    public void A_refused_operation_leaves_everything_as_it_was()
    {
        Become(WithBackends(("10.0.0.1", 80)));
        var before = Driver.ReadBack();
        var refused = Assert.Throws<NftException>(() => Apply(
            new NftAddChain(Table, "new"), new NftAddElements(Table, Backends, [Backend("10.0.0.9", 1)]), new NftDeleteSet(Table, "absent")));
        Assert.Equal(NotFound, refused.Errno);
        Assert.Equal(new NftDeleteSet(Table, "absent"), refused.Operation);
        AssertSame(before.Ruleset, Driver.ReadBack().Ruleset);
    }

    [Fact]
    public void A_refused_rule_is_named_with_its_text()
    {
        Become(WithRules());
        var rule = Nft.Rule(Nft.IpSaddr.In("absent"), Nft.Drop);
        var refused = Assert.Throws<NftException>(() => Apply(new NftAddRule(Table, "in", Nft.Rule(Nft.Counter)), new NftAddRule(Table, "in", rule, 1)));
        Assert.Equal(NotFound, refused.Errno);
        Assert.Contains("rule 1 of chain ip contract in: ip saddr @absent drop", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_element_is_named()
    {
        Become(WithBackends(("10.0.0.1", 80)));
        var many = Enumerable.Range(0, 5000).Select(i => Backend($"10.1.{i / 250}.{i % 250}", 80)).Append(Backend("10.0.0.1", 81)).ToEquatableArray();
        var refused = Assert.Throws<NftException>(() => Apply(new NftAddElements(Table, Backends, many)));
        Assert.Equal(Exists, refused.Errno);
        Assert.Equal(Backend("10.0.0.1", 81), refused.Element);
    }

    [Fact]
    public void An_element_that_overlaps_an_interval_is_named()
    {
        var blocks = new NftSet("blocks", NftType.Ipv4Address) { Flags = NftSetFlags.Interval };
        Apply(new NftAddTable(Table), new NftAddSet(Table, blocks), new NftAddElements(Table, blocks, [NftElement.Of(IpPrefix.Parse("10.0.0.0/8"))]));
        var overlap = NftElement.Of(IpPrefix.Parse("10.1.0.0/16"));
        var refused = Assert.Throws<NftException>(() => Apply(
            new NftAddElements(Table, blocks, [NftElement.Of(IpPrefix.Parse("9.0.0.0/8")), overlap])));
        Assert.Equal(Exists, refused.Errno);
        Assert.Equal(overlap, refused.Element);
    }

    [Fact]
    public void An_absent_element_cannot_be_deleted()
    {
        Become(WithBackends(("10.0.0.1", 80)));
        var refused = Assert.Throws<NftException>(() => Apply(new NftDeleteElements(Table, Backends, [Backend("10.0.0.1", 80), Backend("10.0.0.2", 80)])));
        Assert.Equal(NotFound, refused.Errno);
        Assert.Equal(Backend("10.0.0.2", 80), refused.Element);
    }

    [Fact]
    public void A_chain_that_rules_jump_to_cannot_be_deleted()
    {
        Become(WithRules());
        Apply(new NftAddChain(Table, "target"), new NftAddRule(Table, "in", Nft.Rule(Nft.Jump("target"))));
        Assert.Equal(Busy, Assert.Throws<NftException>(() => Apply(new NftDeleteChain(Table, "target"))).Errno);
    }

    [Fact]
    public void Chains_cannot_call_each_other_in_a_circle()
    {
        Become(WithRules());
        var refused = Assert.Throws<NftException>(() => Apply(
            new NftAddChain(Table, "one"),
            new NftAddChain(Table, "two"),
            new NftAddRule(Table, "one", Nft.Rule(Nft.Jump("two"))),
            new NftAddRule(Table, "two", Nft.Rule(Nft.Jump("one"))),
            new NftAddRule(Table, "in", Nft.Rule(Nft.Jump("one")))));

        // Linux says ELOOP up to 6.x for a direct circle, and EMLINK for calls that are too deep, which later versions rely on.
        Assert.True(refused.Errno is Loop or TooManyLinks, refused.Message);
    }

    [Fact]
    public void A_batch_against_an_older_generation_is_refused()
    {
        Become(WithRules());
        var seen = Driver.ReadBack();
        Apply(new NftAddChain(Table, "by-somebody-else"));
        var batch = NftDiff.Between(seen, WithRules(Nft.Rule(Nft.Drop)));
        Assert.True(Assert.Throws<NftException>(() => Driver.Apply(batch)).IsConflict);
        AssertSame(seen.Ruleset.Tables[0].FindChain("in")!.Rules, Driver.ReadBack().Ruleset.Tables[0].FindChain("in")!.Rules);
        Become(WithRules(Nft.Rule(Nft.Drop)));
    }

    protected void Become(NftRuleset desired) => Driver.Apply(NftDiff.Between(Driver.ReadBack(), desired));

    protected void Apply(params EquatableArray<NftOperation> operations) => Driver.Apply(new NftBatch(operations));

    protected static void AssertSame(NftRuleset expected, NftRuleset actual, string? message = null)
    {
        var (left, right) = (NftPrinter.Print(expected), NftPrinter.Print(actual));
        Assert.True(left == right, $"{message}\nexpected:\n{left}\nactual:\n{right}");
        Assert.Equal(expected, actual);
    }

    private static void AssertSame(EquatableArray<NftRule> expected, EquatableArray<NftRule> actual) => Assert.True(expected == actual);

    private void AssertRoundTrip(NftRuleset ruleset)
    {
        Become(ruleset);
        AssertSame(ruleset, Driver.ReadBack().Ruleset);
    }

    private static NftElement Backend(string address, ushort port) => new(NftSamples.Ip(address), Data: NftSamples.Port(port));

    private static NftRuleset WithBackends(params (string Address, ushort Port)[] backends)
    {
        var set = Backends with { Elements = backends.Select(backend => Backend(backend.Address, backend.Port)).ToEquatableArray() };
        return new NftRuleset { Tables = [new NftTable(Table.Family, Table.Name) { Sets = [set] }] };
    }

    private static NftRuleset WithRules(params ReadOnlySpan<NftRule> rules) => NftSamples.Of(
        new NftTable(Table.Family, Table.Name) { Chains = [Nft.FilterChain("in", NftHook.Input, NftPriority.Filter, rules)] });
}
