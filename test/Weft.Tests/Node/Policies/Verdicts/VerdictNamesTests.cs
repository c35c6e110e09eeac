using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.PacketLog;
using Weft.Node.Policies.Verdicts;
using static Weft.Tests.Node.Policies.Verdicts.VerdictSamples;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>What the kernel tells of a packet gets the names of pods, nodes, policies and rules.</summary>
public sealed class VerdictNamesTests
{
    private static readonly PolicyIdentity DbPolicy = new("NetworkPolicy", "default", "db");

    [Fact]
    public void A_default_deny_is_of_the_policies_that_isolate_the_pod()
    {
        var verdict = Name(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379));

        Assert.Equal((Time, "node1", VerdictAction.Deny, PolicyDirection.Ingress), (verdict.Time, verdict.Node, verdict.Action, verdict.Direction));
        Assert.Equal(("default/db", "10.244.1.2", PeerKind.Pod, "mine/stranger", "10.244.2.3"), (verdict.Pod, verdict.PodAddress, verdict.PeerKind, verdict.Peer, verdict.PeerAddress));
        Assert.Equal(("TCP", 6379, PolicyTier.NetworkPolicy), (verdict.Protocol, verdict.Port, verdict.Tier));
        Assert.Equal([DbPolicy], verdict.Policies);
        Assert.Equal((null, "default deny of NetworkPolicy default/db"), (verdict.Rule, verdict.Reason));
    }

    [Fact]
    public void A_rule_that_denies_is_named_with_its_tier()
    {
        var verdict = Name(Packet(PolicyDirection.Ingress, Frontend, Web, Tcp, 23));

        Assert.Equal(PolicyTier.Admin, verdict.Tier);
        Assert.Equal([new PolicyIdentity("ClusterNetworkPolicy", "", "guard")], verdict.Policies);
        Assert.Equal(("ingress[2] (no telnet)", "ClusterNetworkPolicy guard ingress[2] (no telnet)"), (verdict.Rule, verdict.Reason));
    }

    [Fact]
    public void Of_what_a_pod_opens_the_peer_is_the_receiver()
    {
        var verdict = Name(Packet(PolicyDirection.Egress, Db, Frontend, Udp, 53));

        Assert.Equal((PolicyDirection.Egress, "default/db", "default/frontend", "UDP", 53), (verdict.Direction, verdict.Pod, verdict.Peer, verdict.Protocol, verdict.Port));
    }

    [Fact]
    public void What_would_be_denied_is_named_by_the_policies_under_audit()
    {
        var verdict = Name(Packet(PolicyDirection.Ingress, Frontend, Web, Tcp, 80, audited: true));

        Assert.Equal((VerdictAction.Audit, "shop/web", "default deny of NetworkPolicy shop/web"), (verdict.Action, verdict.Pod, verdict.Reason));
    }

    [Fact]
    public void Names_are_the_same_in_IPv6()
    {
        var verdict = Name(Packet(PolicyDirection.Ingress, Stranger6, Db6, Tcp, 6379));

        Assert.Equal(("default/db", "mine/stranger", "fd44:0:0:2::3"), (verdict.Pod, verdict.Peer, verdict.PeerAddress));
    }

    [Theory]
    [InlineData("172.30.0.3", PeerKind.Node, "node2")]
    [InlineData("10.244.2.1", PeerKind.Node, "node2")]
    [InlineData("172.17.0.9", PeerKind.Block, "172.17.0.0/16 except 172.17.1.0/24")]
    [InlineData("192.0.2.7", PeerKind.Outside, "192.0.2.7")]
    public void Who_is_no_pod_is_a_node_or_in_a_block_or_outside(string address, PeerKind kind, string name)
    {
        var verdict = Name(Packet(PolicyDirection.Egress, Db, IpAddress.Parse(address), Tcp, 80));

        Assert.Equal((kind, name, address), (verdict.PeerKind, verdict.Peer, verdict.PeerAddress));
    }

    [Theory]
    [InlineData(1, "ICMP")]
    [InlineData(58, "ICMPv6")]
    [InlineData(47, "47")]
    public void Protocols_without_ports_have_none(byte protocol, string name)
    {
        var verdict = Name(Packet(PolicyDirection.Ingress, Stranger, Db, protocol, 0));

        Assert.Equal((name, null, "default deny of NetworkPolicy default/db"), (verdict.Protocol, verdict.Port, verdict.Reason));
    }

    [Fact]
    public void An_answer_of_a_connection_that_was_cut_is_named_as_the_connection()
    {
        // The database answers a client that its policy does not accept.
        var verdict = Name(Packet(PolicyDirection.Ingress, Db, Stranger, Tcp, 41000, sourcePort: 6379, flags: 0x10));

        Assert.Equal(("default/db", "mine/stranger", 6379), (verdict.Pod, verdict.Peer, verdict.Port));
    }

    [Fact]
    public void A_packet_of_before_a_change_is_named_by_what_held_then()
    {
        var names = new VerdictNames("node1", new PolicyJudge(PolicyTable.Empty), new PolicyJudge(Table), Cluster);

        Assert.Equal("default deny of NetworkPolicy default/db", names.NameOf(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379), Time)!.Reason);
    }

    [Fact]
    public void A_packet_whose_policy_nobody_knows_any_more_keeps_its_ends()
    {
        var names = new VerdictNames("node1", new PolicyJudge(PolicyTable.Empty), before: null, Cluster);
        var verdict = names.NameOf(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379), Time)!;

        Assert.Equal(("default/db", "mine/stranger", 6379, "policies that have changed since"), (verdict.Pod, verdict.Peer, verdict.Port, verdict.Reason));
        Assert.Empty(verdict.Policies);
    }

    [Fact]
    public void What_others_log_to_the_group_is_not_ours()
    {
        Assert.Null(Names.NameOf(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379) with { Prefix = "firewall" }, Time));
        Assert.Null(Names.NameOf(new LoggedPacket("weft-ingress", Header: null, 1, 2), Time));
    }
}
