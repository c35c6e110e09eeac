using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Kubernetes.Client;
using Weft.Model.Policies;
using Weft.Netlink.Nftables;
using Weft.Netlink.PacketLog;
using Weft.Node;
using Weft.Node.Policies.Verdicts;
using static Weft.Tests.Node.Policies.Verdicts.VerdictSamples;

namespace Weft.Tests.Node.Policies.Verdicts;

/// <summary>Verdicts are counted in tables that stay small.</summary>
public sealed class VerdictTallyTests
{
    private static readonly NamedVerdict Audited = Name(Packet(PolicyDirection.Ingress, Frontend, Web, Tcp, 80, audited: true));

    [Fact]
    public void Equal_connections_are_one_line_with_its_first_and_last_time()
    {
        var tally = new VerdictTally();
        tally.Add(Audited);
        tally.Add(Audited with { Port = 81 });
        tally.Add(Audited with { Time = Time.AddMinutes(2) });
        tally.Add(Name(Packet(PolicyDirection.Ingress, Stranger, Db, Tcp, 6379)));

        var lines = tally.Audited();
        Assert.Equal([(80, 2L, Time, Time.AddMinutes(2)), (81, 1L, Time, Time)], lines.Select(line => (line.Port ?? 0, line.Packets, line.First, line.Last)));
    }

    [Fact]
    public void Of_a_flood_the_latest_stays()
    {
        var tally = new VerdictTally();
        for (var i = 0; i < 3 * VerdictTally.Most; i++)
            tally.Add(Audited with { Peer = i.ToString(CultureInfo.InvariantCulture) });

        var peers = tally.Audited().Select(line => int.Parse(line.Peer, CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(peers.Count, VerdictTally.Most / 2, VerdictTally.Most);
        Assert.Equal(Enumerable.Range(0, peers.Count).Select(back => (3 * VerdictTally.Most) - 1 - back), peers);
    }

    [Fact]
    public void Metrics_name_policy_direction_and_action()
    {
        var options = new NodeAgentOptions { KubeConfig = new KubeConfig { Server = new Uri("http://localhost") }, NodeName = "node1" };
        var (log, tally) = (new VerdictLog(), new VerdictTally());
        tally.Add(Audited);
        tally.Add(Audited with { Policies = [.. Enumerable.Range(1, 7).Select(number => new PolicyIdentity("NetworkPolicy", "shop", $"p{number}"))] });
        log.Miss(3);
        var listener = new VerdictListener(options, new KernelPacketLog(), log, tally, NullLogger.Instance);
        var text = new StringBuilder();
        new VerdictMetrics(new RuleCounters(new FakeNftables(), TimeProvider.System), tally, log, listener).Write(text);

        Assert.Equal(
            """
            # HELP weft_policy_rule_packets_total First packets of connections that a rule decided.
            # TYPE weft_policy_rule_packets_total counter
            # HELP weft_policy_logged_packets_total Packets that policies denied, or would deny under audit, as far as they were logged.
            # TYPE weft_policy_logged_packets_total counter
            weft_policy_logged_packets_total{kind="NetworkPolicy",namespace="shop",policy="p1,p2,p3,p4,p5,…",direction="ingress",action="audit"} 1
            weft_policy_logged_packets_total{kind="NetworkPolicy",namespace="shop",policy="web",direction="ingress",action="audit"} 1
            # TYPE weft_policy_log_missed_packets_total counter
            weft_policy_log_missed_packets_total 3
            # TYPE weft_policy_log_listening gauge
            weft_policy_log_listening 0

            """,
            text.ToString());
    }
}
