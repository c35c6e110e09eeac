using Weft.KernelTests.Nftables;
using Weft.Kubernetes;

namespace Weft.KernelTests.Policies.Agent;

/// <summary>What is wrong with a policy that the API server took is said of that policy.</summary>
[Collection(NftablesCollection.Name)]
public sealed class PolicyEventTests
{
    [Fact]
    public async Task Problems_become_events_on_the_policy_and_on_no_other()
    {
        await using var cluster = await PolicedCluster.StartAsync();
        await cluster.SetAsync("dns", "off");
        await cluster.AddPodAsync(cluster.Network.Nodes[0], "db", "db");
        await cluster.IsolateAsync("db", "web");
        await cluster.Client.CreateAsync(new NetworkPolicy
        {
            Metadata = new() { Name = "named", Namespace = PolicedCluster.Space },
            Spec = new() { PolicyTypes = ["Ingress"], Ingress = [new() { Ports = [new() { Port = new IntOrString("nobody") }] }] },
        });
        await cluster.Client.CreateAsync(Guard("first", new ClusterNetworkPolicyPeer { Networks = ["192.0.2.0/24"] }));
        await cluster.Client.CreateAsync(Guard("second", new ClusterNetworkPolicyPeer { DomainNames = ["example.com"] }));

        (string Kind, string Name, string Reason)[] expected =
        [
            ("NetworkPolicy", "named", "UnknownNamedPort"), ("ClusterNetworkPolicy", "first", "SharedPriority"),
            ("ClusterNetworkPolicy", "second", "SharedPriority"), ("ClusterNetworkPolicy", "second", "DomainNamesNotServed"),
        ];
        await cluster.UntilAsync(async () =>
        {
            var said = (await cluster.Client.ListAsync<EventObject>()).Items.Select(report => (report.InvolvedObject.Kind, report.InvolvedObject.Name, report.Reason)).ToHashSet();
            return expected.All(each => said.Contains(each));
        });
        Assert.DoesNotContain((await cluster.Client.ListAsync<EventObject>()).Items, report => report.InvolvedObject.Name == "isolate-db");
    }

    private static ClusterNetworkPolicy Guard(string name, ClusterNetworkPolicyPeer peer) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Tier = "Admin",
            Priority = 7,
            Subject = new() { Namespaces = LabelSelector.Everything },
            Egress = [new() { Action = "Accept", To = [peer] }],
        },
    };
}
