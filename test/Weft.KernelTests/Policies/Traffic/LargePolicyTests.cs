using System.Globalization;
using Weft.KernelTests.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Tests.Policies.TruthTables;
using static Weft.KernelTests.Policies.Traffic.TrafficWorld;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>Ten thousand rules and a thousand policies of one priority, in the kernel.</summary>
/// <param name="world">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class LargePolicyTests(TrafficWorld world) : IClassFixture<TrafficWorld>
{
    private const int Many = 10_000;

    [Fact]
    public void The_last_of_ten_thousand_rules_decides_like_the_first()
    {
        var (first, last) = (Of("b/y", v6: false), Of("c/x", v6: false));
        var blocks = Enumerable.Range(0, Many).Select(number => number switch { 0 => first, Many - 1 => last, _ => IpAddress.V4(0xC6120000 + (uint)number) });
        world.Nodes.Enforce(TruthCluster.With() with
        {
            NetworkPolicies =
            [
                new NetworkPolicy
                {
                    Metadata = new ObjectMeta { Namespace = "a", Name = "many" },
                    Spec = new NetworkPolicySpec
                    {
                        PolicyTypes = ["Ingress"],
                        Ingress = blocks.Select(block => new NetworkPolicyIngressRule
                        {
                            From = [new NetworkPolicyPeer { IpBlock = new IpBlock { Cidr = $"{block}/32" } }], Ports = [new NetworkPolicyPort { Port = 8080 }],
                        }).ToEquatableArray(),
                    },
                },
            ],
        });
        Reaches(world.In("b/y"), "a/x", Of("a/x", v6: false));
        Reaches(world.In("c/x"), "a/x", Of("a/x", v6: false));
        Denied(world.In("b/x"), Of("a/x", v6: false));
        Denied(world.In("c/x"), Of("a/x", v6: false), port: 8081);
        world.Enforce();
        Reaches(world.In("b/x"), "a/x", Of("a/x", v6: false));
    }

    [Fact]
    public void Of_a_thousand_policies_of_one_priority_the_first_by_name_decides()
    {
        const string all = "subject: {namespaces: {}}, ingress: ";
        var denying = Enumerable.Range(1, 1000).Select(number => PolicyYaml.Cluster(
            string.Create(CultureInfo.InvariantCulture, $"p{number:D4}"), "Admin", 7, all + "[{action: Deny, from: [{namespaces: {}}]}]"));
        world.Enforce([.. denying, PolicyYaml.Cluster("p0000", "Admin", 7, all + "[{action: Accept, from: [{namespaces: {matchLabels: {ns: b}}}]}]")]);
        Reaches(world.In("b/x"), "a/x", Of("a/x", v6: true));
        Denied(world.In("c/x"), Of("a/x", v6: true));
        Denied(world.In("a/y"), Of("a/x", v6: true));
    }
}
