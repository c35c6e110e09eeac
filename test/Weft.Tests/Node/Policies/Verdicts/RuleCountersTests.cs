using Weft.Compilers.Policies.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Node.Policies.Verdicts;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>What the kernel counts per verdict becomes sums per rule that never go down.</summary>
public sealed class RuleCountersTests
{
    private static readonly CountedRule Denied = Rule("default", accepts: false), Accepted = Rule("ingress[0]", accepts: true);

    private readonly ManualTime _time = new();
    private readonly CountingKernel _kernel = new(VerdictSamples.Table);
    private readonly RuleCounters _counters;

    public RuleCountersTests()
    {
        _counters = new RuleCounters(_kernel, _time);
        _counters.Note(VerdictSamples.Table);
    }

    [Fact]
    public void Verdicts_count_for_the_rule_that_made_them()
    {
        _kernel.Count("NetworkPolicy default/db ingress[0]", 3);
        _kernel.Count("default deny of NetworkPolicy shop/web", 2);
        _kernel.Count("ClusterNetworkPolicy guard ingress[2] (no telnet)", 1);
        var sums = Read();

        // Frontends and the block have a verdict each.
        Assert.Equal(6ul, sums[Accepted]);
        Assert.Equal(2ul, sums[new CountedRule(PolicyDirection.Ingress, Audited: true, Accepts: false, [new PolicyIdentity("NetworkPolicy", "shop", "web")], "default")]);
        Assert.Equal(1ul, sums[new CountedRule(PolicyDirection.Ingress, Audited: false, Accepts: false, [new PolicyIdentity("ClusterNetworkPolicy", "", "guard")], "ingress[2] (no telnet)")]);
        Assert.Equal(3, sums.Count);
    }

    [Fact]
    public void The_same_default_counts_for_each_direction_by_itself()
    {
        _kernel.Count("default deny of NetworkPolicy default/db", 5);
        var sums = Read();

        Assert.Equal(5ul, sums[Denied]);
        Assert.Equal(5ul, sums[Denied with { Direction = PolicyDirection.Egress }]);
    }

    [Fact]
    public void Sums_go_on_when_verdicts_are_replaced_or_gone()
    {
        _kernel.Count("NetworkPolicy default/db ingress[0]", 10);
        Assert.Equal(20ul, Read()[Accepted]);
        _kernel.Count("NetworkPolicy default/db ingress[0]", 4);
        Assert.Equal(28ul, Read()[Accepted]);
        _kernel.Count("NetworkPolicy default/db ingress[0]", 6);
        Assert.Equal(32ul, Read()[Accepted]);
        _kernel.Forget();
        Assert.Equal(32ul, Read()[Accepted]);
        _kernel.Count("NetworkPolicy default/db ingress[0]", 6);
        Assert.Equal(44ul, Read()[Accepted]);
    }

    [Fact]
    public void A_kernel_that_cannot_be_read_changes_nothing()
    {
        _kernel.Count("NetworkPolicy default/db ingress[0]", 10);
        Read();
        _kernel.Fails = true;

        Assert.Equal(20ul, Read()[Accepted]);
    }

    private Dictionary<CountedRule, ulong> Read()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        return _counters.Read().ToDictionary();
    }

    private static CountedRule Rule(string rule, bool accepts) =>
        new(PolicyDirection.Ingress, Audited: false, accepts, [new PolicyIdentity("NetworkPolicy", "default", "db")], rule);

    /// <summary>A kernel with a compiled table whose counters a test sets.</summary>
    private sealed class CountingKernel(PolicyTable table) : INftablesDriver
    {
        private readonly NftRuleset _whole = NftPolicyProgram.Compile(table);
        private readonly Dictionary<string, ulong> _counts = [];

        public bool Fails { get; set; }

        public void Count(string comment, ulong packets) => _counts[comment] = packets;

        public void Forget() => _counts.Clear();

        public NftReadBack ReadBack(params EquatableArray<NftTableId> tables) => Fails
            ? throw new NftException("busy", 16)
            : new NftReadBack(new NftRuleset { Tables = [.. _whole.Tables.Select(found => found with { Sets = [.. found.Sets.Select(Counted)] })] }, 1);

        public uint Generation() => 1;

        public void Apply(NftBatch batch) => throw new NotSupportedException();

        private NftSet Counted(NftSet set) => set with
        {
            Elements = [.. set.Elements.Select(element => element with { Counts = new NftCounts(_counts.GetValueOrDefault(element.Comment ?? ""), 0) })],
        };
    }
}
