using Weft.Model;
using Weft.Model.Policies;
using Weft.Model.Services;

namespace Weft.Tests.Policies;

/// <summary>Connections decided by a table written by hand: <c>db</c> accepts TCP 6379 from frontends and opens nothing.</summary>
public sealed class PolicyJudgeTests
{
    private const byte Tcp = (byte)L4Protocol.Tcp, Icmp = 1;

    private static readonly IpAddress Db = IpAddress.Parse("10.244.1.2");
    private static readonly IpAddress Frontend = IpAddress.Parse("10.244.2.2");
    private static readonly IpAddress Stranger = IpAddress.Parse("10.244.2.3");
    private static readonly IpAddress OwnNode = IpAddress.Parse("172.30.0.2");
    private static readonly PeerTerm Frontends = new("pods role=frontend in namespace default");
    private static readonly PeerTerm Block = new("10.244.2.0/24");

    private static readonly PolicyRuleName Allow = new("NetworkPolicy", "default", "db", PolicyDirection.Ingress, 0);
    private static readonly PolicyClass Ingress = new(PolicyDirection.Ingress)
    {
        Namespaced = [new PolicyRule(Allow, PolicyAction.Accept) { Peers = [Frontends], Ports = [new PolicyPort(Tcp, 6379, 6379)] }],
        IsolatedBy = [Allow with { Index = -1 }],
    };

    private static readonly PolicyClass Egress = new(PolicyDirection.Egress) { IsolatedBy = [Allow with { Index = -1, Direction = PolicyDirection.Egress }] };

    private static readonly PolicyTable Table = new()
    {
        Pods = [new PolicedPod(Db, "default", "db") { Ingress = Ingress, Egress = Egress }],
        Peers = [new Peer(IpPrefix.Parse("10.244.2.0/24"), new PeerIdentity([Block])), new Peer(IpPrefix.Host(Frontend), new PeerIdentity([Block, Frontends]))],
        NodeAddresses = [OwnNode],
    };

    [Fact]
    public void A_rule_accepts_its_peers_on_its_ports_and_says_so()
    {
        var verdict = Judge(Frontend, Db, Tcp, 6379);

        Assert.True(verdict.IsAccepted);
        Assert.Equal("NetworkPolicy default/db ingress[0]", verdict.Ingress!.Reason);
    }

    [Theory]
    [InlineData(Tcp, (ushort)6380)]
    [InlineData((byte)L4Protocol.Udp, (ushort)6379)]
    public void Other_ports_fall_to_the_default(byte protocol, ushort port)
    {
        var verdict = Judge(Frontend, Db, protocol, port);

        Assert.False(verdict.IsAccepted);
        Assert.Equal("default deny of NetworkPolicy default/db", verdict.Denier!.Reason);
    }

    [Fact]
    public void What_has_no_port_matches_no_rule_that_names_one() => Assert.False(Judge(Frontend, Db, Icmp, null).IsAccepted);

    [Fact]
    public void The_longest_prefix_says_who_a_peer_is()
    {
        Assert.False(Judge(Stranger, Db, Tcp, 6379).IsAccepted);
        Assert.Equal([Block], new PolicyJudge(Table).IdentityOf(Stranger)!.Terms);
        Assert.Null(new PolicyJudge(Table).IdentityOf(IpAddress.Parse("10.245.0.1")));
    }

    [Fact]
    public void A_pod_reaches_itself_and_its_node_reaches_it_but_not_the_other_way_round()
    {
        Assert.True(Judge(Db, Db, Tcp, 1).IsAccepted);
        Assert.True(Judge(OwnNode, Db, Tcp, 1).IsAccepted);
        Assert.Equal(PolicyDirection.Egress, Judge(Db, OwnNode, Tcp, 1).Denier!.Class.Direction);
    }

    [Fact]
    public void Policies_under_audit_deny_nothing_and_are_named()
    {
        var audited = Table with { Pods = [new PolicedPod(Db, "default", "db") { AuditedIngress = Ingress }] };

        var verdict = new PolicyJudge(audited).Judge(new Connection(Stranger, Db, Tcp, 6379));

        Assert.True(verdict.IsAccepted);
        Assert.Equal("default deny of NetworkPolicy default/db", verdict.AuditedDenier!.Reason);
    }

    [Fact]
    public void Tiers_are_asked_in_order_and_pass_leaves_a_tier()
    {
        var admin = new PolicyRuleName("ClusterNetworkPolicy", "", "admin", PolicyDirection.Ingress, 0, "no strangers");
        var tiers = Ingress with
        {
            Admin =
            [
                new PolicyRule(admin, PolicyAction.Pass) { Peers = [Frontends] },
                new PolicyRule(admin with { Index = 1 }, PolicyAction.Deny) { Peers = [Block] },
            ],
        };

        Assert.Equal(Allow, tiers.Decide(new PeerIdentity([Block, Frontends]), Tcp, 6379).Rule);
        Assert.Equal("ClusterNetworkPolicy admin ingress[1] (no strangers)", tiers.Decide(new PeerIdentity([Block]), Tcp, 6379).Rule!.ToString());
        Assert.Equal(new PolicyDecision(false, null), tiers.Decide(null, Tcp, 6379));
    }

    private static PolicyVerdict Judge(IpAddress from, IpAddress to, byte protocol, ushort? port) =>
        new PolicyJudge(Table).Judge(new Connection(from, to, protocol, port));
}
