using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Nftables;

/// <summary>The interpreter decides packets as the rules say.</summary>
public sealed class NftInterpreterTests
{
    private const byte Tcp = 6;

    private static readonly NftPacket Packet = new()
    {
        InputInterface = "veth1",
        Source = IpAddress.Parse("10.244.1.7"),
        Destination = IpAddress.Parse("10.96.0.1"),
        Protocol = Tcp,
        SourcePort = 40000,
        DestinationPort = 443,
    };

    [Fact]
    public void A_packet_that_no_rule_decides_follows_the_policy()
    {
        Assert.True(Run(NftHook.Input, Table(Chain(dropByDefault: false))).Accepted);
        Assert.False(Run(NftHook.Input, Table(Chain(dropByDefault: true))).Accepted);
    }

    [Fact]
    public void Accept_ends_its_table_only_but_drop_ends_all()
    {
        var accepting = Table(Chain(dropByDefault: false, Nft.Rule(Nft.Accept), Nft.Rule(Nft.Drop)));
        var dropping = accepting with { Name = "u", Chains = [Nft.FilterChain("c", NftHook.Input, 10, Nft.Rule(Nft.Drop))] };
        Assert.True(Run(NftHook.Input, accepting).Accepted);
        Assert.False(Run(NftHook.Input, accepting, dropping).Accepted);
    }

    [Fact]
    public void A_jump_comes_back_and_a_goto_does_not()
    {
        var target = Nft.Chain("target", Nft.Rule(Nft.Return));
        Assert.False(Run(NftHook.Input, Table(Chain(false, Nft.Rule(Nft.Jump("target")), Nft.Rule(Nft.Drop)), target)).Accepted);
        Assert.True(Run(NftHook.Input, Table(Chain(false, Nft.Rule(Nft.Goto("target")), Nft.Rule(Nft.Drop)), target)).Accepted);
    }

    [Fact]
    public void A_forged_source_is_dropped_and_its_own_is_not()
    {
        var ruleset = NftSamples.All["anti-spoof"];
        var own = Packet with { InputInterface = "veth0a1b2c3d" };
        Assert.True(new NftInterpreter(ruleset, NftHost.Bare).Run(NftHook.Prerouting, own).Accepted);
        Assert.False(new NftInterpreter(ruleset, NftHost.Bare).Run(NftHook.Prerouting, own with { Source = IpAddress.Parse("10.244.1.8") }).Accepted);
    }

    [Fact]
    public void A_service_leads_to_its_backend_and_says_through_which_rules()
    {
        var trace = new NftInterpreter(NftSamples.All["services"], NftHost.Bare).Run(NftHook.Prerouting, Packet);
        Assert.Equal((IpAddress.Parse("172.30.0.1"), 6443), (trace.Packet.Destination, (int)trace.Packet.DestinationPort));
        Assert.Equal(
            ["services: goto lb-1", "lb-1: dnat ip to ip daddr . meta l4proto . tcp dport map @be"],
            trace.Steps.Select(step => $"{step.Chain}: {step.Outcome}"));
        Assert.IsType<NftNat>(trace.Decision);
    }

    [Fact]
    public void A_kept_value_is_chosen_once()
    {
        var choices = 0u;
        var trace = new NftInterpreter(NftSamples.Affinity, NftHost.Bare with { Choose = _ => choices++ }).Run(NftHook.Prerouting, Packet);
        Assert.Equal(1u, choices);
        Assert.Equal(IpAddress.Parse("10.0.0.1"), trace.Packet.Destination);
    }

    [Theory]
    [InlineData("10.0.0.7", 85, false)]
    [InlineData("10.0.0.7", 91, true)]
    [InlineData("10.0.1.7", 85, true)]
    public void Ranges_hold_part_by_part(string source, int port, bool accepted)
    {
        var packet = Packet with { Source = IpAddress.Parse(source), DestinationPort = (ushort)port };
        var table = NftSamples.All["intervals"].Tables[0];
        var chain = table.FindChain("in")! with { Rules = [table.FindChain("in")!.Rules[1]] };
        Assert.Equal(accepted, Run(NftHook.Input, packet, table with { Chains = [chain, table.FindChain("other")!] }).Accepted);
    }

    [Fact]
    public void Marks_change_on_the_way() =>
        Assert.Equal(0x4001u, Run(NftHook.Input, Packet with { Mark = 1 }, Table(Chain(false, Nft.Rule(Nft.SetMarkBits(0x4000))))).Packet.Mark);

    private static NftChain Chain(bool dropByDefault, params ReadOnlySpan<NftRule> rules) =>
        new("c", new NftBase(NftChainType.Filter, NftHook.Input, 0, dropByDefault), [.. rules]);

    private static NftTable Table(params EquatableArray<NftChain> chains) => new(NftFamily.Inet, "t") { Chains = chains };

    private static NftTrace Run(NftHook hook, params NftTable[] tables) => Run(hook, Packet, tables);

    private static NftTrace Run(NftHook hook, NftPacket packet, params NftTable[] tables) =>
        new NftInterpreter(new NftRuleset { Tables = [.. tables] }, NftHost.Bare).Run(hook, packet);
}
