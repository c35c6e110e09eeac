using Weft.Dns.Wire;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Node;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>Rules that name domains, from the answer of cluster DNS to packets: an answer leaves when the kernel lets through what it says.</summary>
[Collection(NftablesCollection.Name)]
public sealed class DomainTests
{
    private const string Addresses = "weft_policy_domain_addresses", Held = "weft_policy_domain_answers_held_total";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_that_connects_as_soon_as_it_has_the_answer_is_let_through_and_to_nowhere_else()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        var (client, site, other) = (await cluster.AddPodAsync(node, "client", "client"), await cluster.AddPodAsync(node, "site", "site"), await cluster.AddPodAsync(node, "other", "other"));
        await OnlyDomainsAsync(cluster, "*.example.com");
        await cluster.UntilAsync(() => Task.FromResult(IsSilent(client, site)));

        await AnswerAsync(cluster, node, "www.example.com", site.Addresses[0]);
        Assert.True(await PolicedCluster.PassesAsync(client, site, 80, expected: true));
        Assert.False(await PolicedCluster.PassesAsync(client, other, 80, expected: false));
        await AnswerAsync(cluster, node, "www.example.org", other.Addresses[0]);
        Assert.False(await PolicedCluster.PassesAsync(client, other, 80, expected: false));
        Assert.Equal((1, 1), (cluster.Metric(node, Addresses), cluster.Metric(node, Held)));

        // The agent is gone, and another one comes: what was said holds.
        await cluster.StopAgentAsync(node);
        Assert.True(await PolicedCluster.PassesAsync(client, site, 80, expected: true));
        await cluster.StartAgentAsync(node);
        await cluster.UntilAsync(() => Task.FromResult(cluster.Metric(node, "weft_policy_turns_total") > 0));
        Assert.True(await PolicedCluster.PassesAsync(client, site, 80, expected: true));
        Assert.False(await PolicedCluster.PassesAsync(client, other, 80, expected: false));
        Assert.Equal(1, cluster.Metric(node, Addresses));
    }

    [Fact]
    public async Task Where_somebody_else_is_cluster_dns_the_rule_accepts_nothing()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        var node = cluster.Network.Nodes[0];
        await cluster.SetAsync("dns", "off");
        var (client, site) = (await cluster.AddPodAsync(node, "client", "client"), await cluster.AddPodAsync(node, "site", "site"));
        await OnlyDomainsAsync(cluster, "*.example.com");
        await cluster.UntilAsync(async () => (await cluster.Client.ListAsync<EventObject>()).Items.Any(report => report.Reason == "DomainNamesNotServed"));
        await AnswerAsync(cluster, node, "www.example.com", site.Addresses[0]);
        Assert.False(await PolicedCluster.PassesAsync(client, site, 80, expected: false));
    }

    private static bool IsSilent(TestPod from, TestPod to) => !PolicedCluster.PassesAsync(from, to, 80, expected: false).GetAwaiter().GetResult();

    private static Task OnlyDomainsAsync(PolicedCluster cluster, string domain) => cluster.Client.CreateAsync(new ClusterNetworkPolicy
    {
        Metadata = new() { Name = "only-domains" },
        Spec = new()
        {
            Tier = "Admin",
            Priority = 1,
            Subject = new() { Pods = new() { PodSelector = new() { MatchLabels = StringMap.Of(("app", "client")) } } },
            Egress =
            [
                new() { Action = "Accept", To = [new() { DomainNames = [domain] }] },
                new() { Action = "Deny", To = [new() { Networks = ["0.0.0.0/0", "::/0"] }] },
            ],
        },
    });

    /// <summary>What the server of the node does with an answer before it sends it.</summary>
    private static async Task AnswerAsync(PolicedCluster cluster, TestNode node, string name, IpAddress address)
    {
        var writer = new MessageWriter(new byte[512]);
        writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A);
        writer.TryWriteRecord(DnsName.Parse(name).Wire, DnsType.A, 300, address.ToIPAddress().GetAddressBytes());
        var answer = writer.Finish(new DnsHeader(7, DnsFlags.Response, 1, 1)).ToArray();
        if (!cluster.Gate(node).MayLeave(default, answer))
            await cluster.Gate(node).WaitAsync(default, answer).AsTask().WaitAsync(Patience);
    }
}
