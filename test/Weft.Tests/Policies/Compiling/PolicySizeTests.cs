using System.Globalization;
using Weft.Compilers.Policies;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Tests.Policies.Compiling;

/// <summary>Policies without a rule, with ten thousand, and many of one priority: what they cost is bounded by what they say.</summary>
public sealed class PolicySizeTests
{
    private const int Many = 10_000;
    private const byte Tcp = 6;

    private static readonly PolicyPod Web = PolicyCases.Pod("a/web node1 10.244.0.2 app=web"), Other = PolicyCases.Pod("b/other node2 10.244.1.2 app=other");

    [Fact]
    public void No_rules_isolate_and_take_a_handful_of_elements()
    {
        var table = Compile(PolicyOf([]));
        Assert.False(Passes(table, Other.Addresses[0], 80));
        Assert.InRange(Elements(NftPolicyProgram.Adopt(null).Plan(table)), 1, 20);
        Assert.Equal(PolicyTable.Empty.Pods, Compile().Pods);
        Assert.Empty(NftPolicyProgram.Compile(Compile()).Tables);
    }

    [Fact]
    public void Ten_thousand_rules_take_elements_in_proportion_and_a_change_no_more_than_twice_as_many()
    {
        var table = Compile(PolicyOf([.. Enumerable.Range(0, Many).Select(Rule)]));
        var program = NftPolicyProgram.Adopt(null);
        Assert.InRange(Elements(program.Plan(table)), Many, 4 * Many);
        program.Commit();
        Assert.Empty(program.Problems);
        foreach (var number in (int[])[0, 1, 4_999, Many - 1])
        {
            Assert.True(Passes(table, AddressOf(number), PortOf(number)));
            Assert.False(Passes(table, AddressOf(number), PortOf(number + 1)));
        }

        Assert.False(Passes(table, AddressOf(Many), PortOf(Many)));
        var grown = Compile(PolicyOf([.. Enumerable.Range(0, Many + 1).Select(Rule)]));
        Assert.True(Passes(grown, AddressOf(Many), PortOf(Many)));
        Assert.InRange(Elements(program.Plan(grown)), 1, 3 * Many);
    }

    [Fact]
    public void Ten_thousand_rules_about_one_peer_are_as_many_verdicts()
    {
        var everybody = new NetworkPolicyPeer { NamespaceSelector = new LabelSelector() };
        var table = Compile(PolicyOf([.. Enumerable.Range(0, Many).Select(number => new NetworkPolicyIngressRule { From = [everybody], Ports = [new NetworkPolicyPort { Port = number + 1 }] })]));
        Assert.InRange(Elements(NftPolicyProgram.Adopt(null).Plan(table)), Many, 3 * Many);
        Assert.True(Passes(table, Other.Addresses[0], Many));
        Assert.False(Passes(table, Other.Addresses[0], Many + 1));
    }

    [Fact]
    public void A_thousand_policies_of_one_priority_count_by_name_and_each_is_told()
    {
        var policies = Enumerable.Range(0, 1000).Select(number => new ClusterNetworkPolicy
        {
            Metadata = new ObjectMeta { Name = string.Create(CultureInfo.InvariantCulture, $"p{number:D4}") },
            Spec = new ClusterNetworkPolicySpec
            {
                Tier = "Admin", Priority = 7, Subject = new ClusterNetworkPolicySubject { Namespaces = new LabelSelector() },
                Ingress = [new ClusterNetworkPolicyRule { Action = number == 0 ? "Accept" : "Deny", From = [new ClusterNetworkPolicyPeer { Namespaces = new LabelSelector() }] }],
            },
        });
        var (table, problems) = PolicyCompiler.CompileOnce(
            PolicyCases.Cluster(new PolicyObjects { Pods = [Web, Other], ClusterNetworkPolicies = policies.Reverse().ToEquatableArray() }), PolicyCases.Node);
        Assert.Equal("ClusterNetworkPolicy p0000 ingress[0]", Judge(table, Other.Addresses[0], 80).Ingress!.Reason);
        Assert.Equal(1000, problems.Count(problem => problem.Reason == "SharedPriority"));
        Assert.InRange(Elements(NftPolicyProgram.Adopt(null).Plan(table)), 1, 20);
    }

    private static NetworkPolicyIngressRule Rule(int number) => new()
    {
        From = [new NetworkPolicyPeer { IpBlock = new IpBlock { Cidr = $"{AddressOf(number)}/32" } }],
        Ports = [new NetworkPolicyPort { Port = PortOf(number) }],
    };

    private static IpAddress AddressOf(int number) => IpAddress.V4(0xC6120000 + (uint)number);

    private static ushort PortOf(int number) => (ushort)(1 + number);

    private static NetworkPolicy PolicyOf(EquatableArray<NetworkPolicyIngressRule> rules) =>
        new() { Metadata = new ObjectMeta { Namespace = "a", Name = "p" }, Spec = new NetworkPolicySpec { PolicyTypes = ["Ingress"], Ingress = rules } };

    private static PolicyTable Compile(params EquatableArray<NetworkPolicy> policies) =>
        PolicyCompiler.CompileOnce(PolicyCases.Cluster(new PolicyObjects { Pods = [Web, Other], NetworkPolicies = policies }), PolicyCases.Node).Table;

    private static bool Passes(PolicyTable table, IpAddress from, int port) => Judge(table, from, port).IsAccepted;

    private static PolicyVerdict Judge(PolicyTable table, IpAddress from, int port) =>
        new PolicyJudge(table).Judge(new Connection(from, Web.Addresses[0], Tcp, (ushort)port));

    private static int Elements(NftBatch batch) => batch.Operations.Sum(operation => operation switch
    {
        NftAddElements add => add.Elements.Count,
        NftDeleteElements delete => delete.Elements.Count,
        _ => 0,
    });
}
