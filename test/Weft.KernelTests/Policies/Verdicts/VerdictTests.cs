using System.Net;
using System.Net.Sockets;
using Weft.Compilers.Pods;
using Weft.KernelTests.Node;
using Weft.KernelTests.Policies.Agent;
using Weft.Kubernetes;
using Weft.Model.Policies;
using Weft.Netlink.PacketLog;
using Weft.Node.Policies.Verdicts;

namespace Weft.KernelTests.Policies.Verdicts;

/// <summary>Packets that policies deny, or would deny, are told of by name: by a whole agent, with real packets. Every test tries until it was told.</summary>
public sealed class VerdictTests
{
    private const byte Tcp = 6, Udp = 17;
    private static readonly PolicyIdentity IsolateWeb = new("NetworkPolicy", PolicedCluster.Space, "isolate-web");

    [Theory]
    [InlineData(Tcp, false, "ptp")]
    [InlineData(Udp, false, "ptp")]
    [InlineData(Tcp, true, "ptp")]
    [InlineData(Tcp, false, "bridge")]
    [InlineData(Udp, true, "bridge")]
    public async Task What_a_pod_does_not_accept_is_named(byte protocol, bool v6, string attachment)
    {
        Assert.SkipUnless(attachment == "ptp" || File.Exists($"/proc/sys/{BridgedPods.Sysctl}"), "the kernel has no br_netfilter, so that frames on a bridge pass no IP hook");
        await using var cluster = await PolicedCluster.StartAsync(attachment);
        var (client, web) = await PodsAsync(cluster);
        await cluster.IsolateAsync("web", acceptedApp: "friend");

        var verdict = await DeniedAsync(cluster, client, web, 80, protocol, v6, VerdictAction.Deny);

        Assert.Equal((cluster.Network.Nodes[0].Name, PolicyDirection.Ingress, "default/web", PeerKind.Pod, "default/client"), (verdict.Node, verdict.Direction, verdict.Pod, verdict.PeerKind, verdict.Peer));
        Assert.Equal((web.Addresses[v6 ? 1 : 0].ToString(), client.Addresses[v6 ? 1 : 0].ToString()), (verdict.PodAddress, verdict.PeerAddress));
        Assert.Equal((protocol == Tcp ? "TCP" : "UDP", 80, PolicyTier.NetworkPolicy, null), (verdict.Protocol, verdict.Port, verdict.Tier, verdict.Rule));
        Assert.Equal([IsolateWeb], verdict.Policies);
    }

    [Fact]
    public async Task What_a_pod_may_not_open_is_named()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var (client, web) = await PodsAsync(cluster);
        await cluster.Client.CreateAsync(new NetworkPolicy
        {
            Metadata = new() { Name = "closed", Namespace = PolicedCluster.Space },
            Spec = new() { PodSelector = new() { MatchLabels = StringMap.Of(("app", "client")) }, PolicyTypes = ["Egress"] },
        });
        await cluster.UntilEnforcedAsync();

        var verdict = await DeniedAsync(cluster, client, web, 80, Tcp, v6: false, VerdictAction.Deny);

        Assert.Equal((PolicyDirection.Egress, "default/client", "default/web"), (verdict.Direction, verdict.Pod, verdict.Peer));
        Assert.Equal("default deny of NetworkPolicy default/closed", verdict.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Under_audit_everything_passes_and_what_would_have_been_denied_is_reported(bool v6)
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var (client, web) = await PodsAsync(cluster);
        await cluster.IsolateAsync("web", acceptedApp: "friend", audited: true);
        var socket = cluster.Socket(cluster.Network.Nodes[0]);

        var verdict = await DeniedAsync(cluster, client, web, 80, Tcp, v6, VerdictAction.Audit);
        Assert.Equal(("default/web", "default/client", "default deny of NetworkPolicy default/isolate-web"), (verdict.Pod, verdict.Peer, verdict.Reason));

        await cluster.UntilAsync(async () => (await AgentQuestions.AuditAsync(socket)).Policies is [{ Packets: > 0 }]);
        var report = await AgentQuestions.AuditAsync(socket);
        Assert.Equal((IsolateWeb, "policy", 1), (report.Policies[0].Policy, report.Policies[0].By, report.Policies[0].Pods));
        var connection = Assert.Single(report.Connections);
        Assert.Equal(("default/web", "default/client", "TCP", 80), (connection.Pod, connection.Peer, connection.Protocol, connection.Port));
        Assert.True(connection.First <= connection.Last);
        Assert.DoesNotContain(await AgentQuestions.VerdictsAsync(socket), each => each.Action == VerdictAction.Deny);
    }

    [Fact]
    public async Task Rules_count_what_they_decide_and_never_less_than_before()
    {
        const string Accepted = """weft_policy_rule_packets_total{kind="NetworkPolicy",namespace="default",policy="isolate-web",rule="ingress[0]",direction="ingress",action="accept"}""";
        const string Denied = """weft_policy_rule_packets_total{kind="NetworkPolicy",namespace="default",policy="isolate-web",rule="default",direction="ingress",action="deny"}""";
        await using var cluster = await PolicedCluster.StartAsync();
        var (client, web) = await PodsAsync(cluster);
        var node = cluster.Network.Nodes[0];
        var policy = await cluster.IsolateAsync("web", acceptedApp: "client");

        Assert.True(await PolicedCluster.PassesAsync(client, web, 80, expected: true));
        Assert.False(await PolicedCluster.PassesAsync(client, web, 81, expected: false));
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, Accepted) >= 1 && cluster.Metric(node, Denied) >= 1));

        // With another rule the verdicts of the pod are others.
        var before = cluster.Metric(node, Accepted);
        await cluster.Client.UpdateAsync(policy with { Spec = policy.Spec with { Ingress = [.. policy.Spec.Ingress!, new() { Ports = [new() { Port = new IntOrString(82) }] }] } });
        await cluster.UntilEnforcedAsync();
        Assert.True(cluster.Metric(node, Accepted) >= before);
        Assert.True(await PolicedCluster.PassesAsync(client, web, 80, expected: true));
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, Accepted) >= before + 1));
    }

    [Fact]
    public async Task Of_a_flood_the_kernel_logs_a_part_and_the_agent_knows_that_there_was_more()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var (client, web) = await PodsAsync(cluster);
        await cluster.IsolateAsync("web", acceptedApp: null);
        await DeniedAsync(cluster, client, web, 80, Udp, v6: false, VerdictAction.Deny);
        var socket = cluster.Socket(cluster.Network.Nodes[0]);

        var target = new IPEndPoint(web.Addresses[0].ToIPAddress(), 80);
        await cluster.UntilAsync(async () =>
        {
            client.Namespace.Run(() =>
            {
                using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                return Enumerable.Range(0, 500).Sum(_ => sender.SendTo([1], target));
            });
            return await AgentQuestions.UnloggedAsync(socket) > 0;
        });
        Assert.InRange((await AgentQuestions.VerdictsAsync(socket)).Count, 1, VerdictLog.Held);
    }

    [Fact]
    public async Task Somebody_else_who_listens_is_a_problem_of_the_node_until_he_ends()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var (client, web) = await PodsAsync(cluster);
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            await using var other = new KernelPacketLog(cluster.Network.Nodes[0].Namespace).ListenAsync(PolicyLogging.Group, patience.Token).GetAsyncEnumerator(patience.Token);
            Assert.True(await other.MoveNextAsync());
            await cluster.IsolateAsync("web", acceptedApp: null);
            await cluster.UntilAsync(async () => (await cluster.Client.ListAsync<EventObject>()).Items.Any(each => each.Reason == "PolicyLogTaken" && each.InvolvedObject.Kind == "Node"));
            Assert.False(await PolicedCluster.PassesAsync(client, web, 80, expected: false));
        }

        Assert.Equal("default/web", (await DeniedAsync(cluster, client, web, 80, Tcp, v6: false, VerdictAction.Deny)).Pod);
    }

    private static async Task<(TestPod Client, TestPod Web)> PodsAsync(PolicedCluster cluster)
    {
        var node = cluster.Network.Nodes[0];
        return (await cluster.AddPodAsync(node, "client", "client"), await cluster.AddPodAsync(node, "web", "web"));
    }

    /// <summary>Tries a connection until the agent tells of it by the names of policies; under audit it must pass each time, else never.</summary>
    private static async Task<NamedVerdict> DeniedAsync(PolicedCluster cluster, TestPod from, TestPod to, int port, byte protocol, bool v6, VerdictAction action)
    {
        NamedVerdict? found = null;
        await cluster.UntilAsync(async () =>
        {
            var passes = await PolicedCluster.PassesAsync(from, to, port, expected: action == VerdictAction.Audit, protocol, v6);
            Assert.Equal(action == VerdictAction.Audit, passes);
            found = (await AgentQuestions.VerdictsAsync(cluster.Socket(from.Node))).FirstOrDefault(each => each.Action == action && each.Policies.Count > 0 && each.PeerAddress.Contains(':') == v6);
            return found is not null;
        });
        return found!;
    }
}
