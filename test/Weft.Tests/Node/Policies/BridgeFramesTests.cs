using Weft.Compilers.Pods;
using Weft.Compilers.Policies.Nftables;
using Weft.Kubernetes;
using Weft.Model.Nftables;
using Weft.Netlink.Fakes;
using Weft.Netlink.Nftables;
using Weft.Node.Policies;
using Weft.Tests.Node.Proxy;
using Weft.Tests.Policies.Compiling;

namespace Weft.Tests.Node.Policies;

/// <summary>When frames on a bridge get a table of their own.</summary>
public sealed class BridgeFramesTests
{
    private const int ProtocolError = 71, Invalid = 22;
    private const string BridgeList = """{ "cniVersion": "1.0.0", "name": "mine", "plugins": [ { "type": "bridge" } ] }""";

    private readonly FakeNftables _kernel = new();
    private readonly FakeSysctls _sysctls = new();
    private readonly ManualTime _time = new();
    private readonly PolicyReconciler _policies;

    public BridgeFramesTests() => _policies = new PolicyReconciler(PolicyCases.Node, _kernel, _time, _sysctls);

    [Theory]
    [InlineData("cni", "bridge", true)]
    [InlineData("cni", "ptp", false)]
    [InlineData("cni-conf", BridgeList, true)]
    [InlineData("cni-conf", """{ "cniVersion": "1.0.0", "name": "mine", "type": "bridge" }""", true)]
    [InlineData("cni-conf", """{ "plugins": [ { "type": "ptp" }, 7 ] }""", false)]
    [InlineData("cni-conf", "nonsense", false)]
    public void Pods_that_are_ports_of_a_bridge_need_it(string key, string value, bool isNeeded)
    {
        Assert.Empty(_policies.Turn(Cluster((key, value))).Problems);
        Assert.Equal(isNeeded ? ["inet", "bridge"] : ["inet"], Families());
    }

    [Fact]
    public void With_br_netfilter_it_is_not_needed_and_goes()
    {
        _policies.Turn(Cluster(("cni", "bridge")));
        Assert.Equal(["inet", "bridge"], Families());

        _sysctls.Values[BridgedPods.Sysctl] = "1";
        Assert.Empty(_policies.Turn(Cluster(("cni", "bridge"))).Problems);
        Assert.Equal(["inet"], Families());
    }

    [Fact]
    public void A_kernel_that_does_not_take_it_is_reported_and_routed_packets_are_judged_all_the_same()
    {
        RefuseBridges();
        var turn = _policies.Turn(Cluster(("cni", "bridge")));
        Assert.True(turn.Programmed);
        Assert.Equal(("Node node1", "BridgeNotPoliced"), Assert.Single(turn.Problems.Select(problem => (problem.Object, problem.Reason))));
        Assert.Equal(["inet"], Families());

        var applied = _kernel.Applied.Count;
        Assert.Single(_policies.Turn(Cluster(("cni", "bridge"))).Problems);
        Assert.Equal(applied, _kernel.Applied.Count);

        _kernel.Refuse = _ => 0;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_policies.Turn(Cluster(("cni", "bridge"))).Problems);
        Assert.Equal(["inet", "bridge"], Families());
    }

    [Fact]
    public void A_policy_that_the_kernel_refuses_there_is_not_taken_for_the_lack_of_it()
    {
        _kernel.Refuse = operation => operation is NftAddElements { Table.Family: NftFamily.Bridge } add
            && add.Elements.FirstOrDefault(element => element.Comment == "NetworkPolicy default/p ingress[0]") is { } bad
                ? throw new NftException("add element: Invalid argument", Invalid, operation, bad)
                : 0;
        Assert.Equal("KernelRefused", Assert.Single(_policies.Turn(Cluster(("cni", "bridge"))).Problems).Reason);
        Assert.Equal(["inet", "bridge"], Families());
    }

    private void RefuseBridges() => _kernel.Refuse = operation => operation is NftAddRule { Table.Family: NftFamily.Bridge } ? ProtocolError : 0;

    private IEnumerable<string> Families() =>
        _kernel.ReadBack(NftPolicyProgram.Tables).Ruleset.Tables.Select(table => table.Family == NftFamily.Bridge ? "bridge" : "inet").OrderDescending(StringComparer.Ordinal);

    private static ClusterSnapshot Cluster(params (string Key, string Value)[] settings) => PolicyCases.Cluster(
        new PolicyObjects { Pods = PolicyCases.Pods("default/db node1 10.244.0.2 app=db") }.WithPolicies(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: default}\nspec: {ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 80}]}]}"))
        with { Configuration = new ConfigMap { Metadata = new() { Name = "weft-config", Namespace = "kube-system" }, Data = StringMap.Of(settings) } };
}
