using Weft.Kubernetes;

namespace Weft.Tests.Policies.Compiling;

/// <summary>The semantics that users of NetworkPolicies trip over, one by one.</summary>
public sealed class PolicyTrapTests
{
    private static readonly string[] Pods = ["a/web node1 10.244.0.2 app=web http=tcp:8080", "a/db node2 10.244.1.2 app=db http=tcp:80,dns=udp:53", "b/web node2 10.244.1.3 app=web http=tcp:8080", "b/db node1 10.244.0.3 app=db"];

    [Fact]
    public void A_direction_without_a_policy_of_its_type_stays_open()
    {
        var ingress = Case("podSelector: {matchLabels: {app: web}}");

        Assert.Equal("default deny of NetworkPolicy a/p", ingress.Denial("10.244.1.2", "10.244.0.2"));
        Assert.True(ingress.Passes("10.244.0.2", "10.244.1.2"));
        Assert.True(ingress.Passes("10.244.0.2", "203.0.113.9"));
        Assert.True(ingress.Passes("10.244.0.2", "10.244.1.3"));
    }

    [Theory]
    [InlineData("podSelector: {}", false, true)]
    [InlineData("egress: []", false, true)]
    [InlineData("egress: [{to: [{podSelector: {}}]}]", false, false)]
    [InlineData("policyTypes: [Egress]", true, false)]
    [InlineData("policyTypes: [Ingress]\n  egress: [{}]", false, true)]
    public void Policy_types_default_to_ingress_and_to_egress_where_there_are_egress_rules(string spec, bool acceptsOthers, bool reachesOthers)
    {
        var policy = Case(spec);

        Assert.Equal(acceptsOthers, policy.Passes("10.244.1.3", "10.244.0.2"));
        Assert.Equal(reachesOthers, policy.Passes("10.244.0.2", "10.244.1.3"));
    }

    [Fact]
    public void Empty_from_is_everybody_and_empty_ports_are_all()
    {
        Assert.True(Case("ingress: [{}]").Passes("203.0.113.9", "10.244.0.2", "ICMP"));
        Assert.True(Case("ingress: [{from: []}]").Passes("203.0.113.9", "10.244.0.2", "SCTP 9"));
        Assert.False(Case("ingress: [{from: [{podSelector: {}}]}]").Passes("203.0.113.9", "10.244.0.2"));
        Assert.False(Case("ingress: []").Passes("10.244.1.2", "10.244.0.2"));
    }

    [Fact]
    public void Both_ends_must_allow()
    {
        var onlyIngress = Case("policyTypes: [Ingress, Egress]\n  ingress: [{}]");

        Assert.Equal("default deny of NetworkPolicy a/p", onlyIngress.Denial("10.244.0.2", "10.244.1.2"));
        Assert.True(onlyIngress.Passes("10.244.1.3", "10.244.0.2"));
    }

    [Fact]
    public void A_port_without_a_protocol_is_of_TCP_and_other_protocols_are_isolated_too()
    {
        var tcp = Case("ingress: [{ports: [{port: 80}]}]");
        var sctp = Case("ingress: [{ports: [{protocol: SCTP}]}]");

        Assert.True(tcp.Passes("10.244.1.3", "10.244.0.2"));
        Assert.False(tcp.Passes("10.244.1.3", "10.244.0.2", "UDP 80"));
        Assert.True(sctp.Passes("10.244.1.3", "10.244.0.2", "SCTP 65535"));
        Assert.False(sctp.Passes("10.244.1.3", "10.244.0.2", "TCP 80"));
    }

    [Fact]
    public void End_port_makes_a_range()
    {
        var range = Case("ingress: [{ports: [{port: 80, endPort: 90}]}]");

        Assert.True(range.Passes("10.244.1.3", "10.244.0.2", "TCP 80"));
        Assert.True(range.Passes("10.244.1.3", "10.244.0.2", "TCP 90"));
        Assert.False(range.Passes("10.244.1.3", "10.244.0.2", "TCP 91"));
    }

    [Fact]
    public void A_named_port_is_what_the_accepting_pod_calls_so()
    {
        var ingress = Case("ingress: [{ports: [{port: http}]}]");
        var egress = Case("policyTypes: [Egress]\n  egress: [{to: [{namespaceSelector: {}}], ports: [{port: http}, {port: dns, protocol: UDP}]}]");

        Assert.True(ingress.Passes("10.244.1.3", "10.244.0.2", "TCP 8080"));
        Assert.False(ingress.Passes("10.244.1.3", "10.244.0.2", "TCP 80"));
        Assert.True(egress.Passes("10.244.0.2", "10.244.1.2", "TCP 80"));
        Assert.False(egress.Passes("10.244.0.2", "10.244.1.2", "TCP 8080"));
        Assert.True(egress.Passes("10.244.0.2", "10.244.1.3", "TCP 8080"));
        Assert.True(egress.Passes("10.244.0.2", "10.244.1.2", "UDP 53"));
        Assert.False(egress.Passes("10.244.0.2", "10.244.1.2", "TCP 53"));
        Assert.False(egress.Passes("10.244.0.2", "10.244.0.3", "TCP 80"));
    }

    [Fact]
    public void A_named_port_in_a_block_is_that_of_the_pods_within()
    {
        var egress = Case("policyTypes: [Egress]\n  egress: [{to: [{ipBlock: {cidr: 10.244.1.0/24}}], ports: [{port: http}]}]");

        Assert.True(egress.Passes("10.244.0.2", "10.244.1.3", "TCP 8080"));
        Assert.False(egress.Passes("10.244.0.2", "10.244.1.9", "TCP 8080"));
    }

    [Fact]
    public void Selectors_in_one_peer_must_both_hold_and_in_two_either()
    {
        var both = Case("ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}, podSelector: {matchLabels: {app: web}}}]}]");
        var either = Case("ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}, {podSelector: {matchLabels: {app: db}}}]}]");

        Assert.True(both.Passes("10.244.1.3", "10.244.0.2"));
        Assert.False(both.Passes("10.244.0.3", "10.244.0.2"));
        Assert.True(either.Passes("10.244.0.3", "10.244.0.2"));
        Assert.True(either.Passes("10.244.1.2", "10.244.0.2"));
    }

    [Fact]
    public void An_exception_may_be_allowed_again_by_another_rule()
    {
        const string Block = "ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.1.0/24]}}]}";

        Assert.False(Case($"{Block}]").Passes("10.244.1.3", "10.244.0.2"));
        Assert.True(Case($"{Block}]").Passes("10.244.0.3", "10.244.0.2"));
        Assert.True(Case($"{Block}, {{from: [{{namespaceSelector: {{}}}}]}}]").Passes("10.244.1.3", "10.244.0.2"));
    }

    [Fact]
    public void Its_own_node_reaches_a_pod_and_other_nodes_are_not_exempt()
    {
        var closed = Case("ingress: []");

        Assert.True(closed.Passes("172.30.0.2", "10.244.0.2"));
        Assert.True(closed.Passes("10.244.0.1", "10.244.0.2"));
        Assert.False(closed.Passes("172.30.0.3", "10.244.0.2"));
    }

    [Fact]
    public void A_pod_reaches_itself() => Assert.True(Case("policyTypes: [Ingress, Egress]").Passes("10.244.0.2", "10.244.0.2"));

    [Fact]
    public void Pods_of_the_host_network_and_pods_that_ended_are_neither_selected_nor_peers()
    {
        var cluster = PolicyCases.Cluster(Policy("ingress: [{from: [{podSelector: {}}]}]"), [.. Pods.Select(PolicyCases.WholePod)], []);
        var host = PolicyCases.WholePod("a/host node2 172.30.0.3 app=web");
        var done = PolicyCases.WholePod("a/done node1 10.244.0.9 app=web");
        var policy = new PolicyCase(cluster with
        {
            Pods = [.. cluster.Pods, host with { Spec = host.Spec with { HostNetwork = true } }, done with { Status = done.Status with { Phase = "Succeeded" } }],
        });

        Assert.False(policy.Passes("172.30.0.3", "10.244.0.2"));
        Assert.False(policy.Passes("10.244.0.9", "10.244.0.2"));
        Assert.True(policy.Passes("10.244.1.3", "172.30.0.3"));
        Assert.True(policy.Passes("10.244.1.3", "10.244.0.9"));
    }

    [Fact]
    public void Both_families_of_a_pod_are_ruled_and_known()
    {
        var policy = new PolicyCase(
            Policy("ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]"),
            ["a/web node1 10.244.0.2,fd44::2 app=web", "a/db node2 10.244.1.2,fd44:0:0:1::2 app=db", "a/x node2 10.244.1.3,fd44:0:0:1::3 app=x"]);

        Assert.True(policy.Passes("fd44:0:0:1::2", "fd44::2"));
        Assert.False(policy.Passes("fd44:0:0:1::3", "fd44::2"));
        Assert.False(policy.Passes("10.244.1.3", "10.244.0.2"));
    }

    [Fact]
    public void Ports_of_sidecars_have_names_and_those_of_init_containers_have_not()
    {
        var web = PolicyCases.WholePod(Pods[0]);
        var sidecar = new Container { RestartPolicy = "Always", Ports = [new ContainerPort { Name = "admin", Port = 9000 }] };
        var init = new Container { Ports = [new ContainerPort { Name = "setup", Port = 9001 }] };
        var policy = new PolicyCase(PolicyCases.Cluster(
            Policy("ingress: [{ports: [{port: admin}, {port: setup}]}]"), [web with { Spec = web.Spec with { InitContainers = [sidecar, init] } }], []));

        Assert.True(policy.Passes("10.244.1.3", "10.244.0.2", "TCP 9000"));
        Assert.False(policy.Passes("10.244.1.3", "10.244.0.2", "TCP 9001"));
        Assert.Equal("UnknownNamedPort", Assert.Single(policy.Problems).Reason);
    }

    [Fact]
    public void The_usual_policies_for_cluster_DNS_mean_the_address_that_stands_in_for_it()
    {
        var dns = PolicyCases.WholePod("kube-system/node-local - 169.254.20.10 k8s-app=kube-dns");
        var cluster = PolicyCases.Cluster(
            Policy("policyTypes: [Egress]\n  egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]"),
            [.. Pods.Select(PolicyCases.WholePod)], []);
        var policy = new PolicyCase(cluster with { StandIns = [dns] });

        Assert.True(policy.Passes("10.244.0.2", "169.254.20.10", "UDP 53"));
        Assert.False(policy.Passes("10.244.0.2", "169.254.20.10", "TCP 80"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Policies_under_audit_deny_nothing_and_are_named(bool onNamespace, bool onPolicy)
    {
        var annotations = onPolicy ? "\n  annotations: {weft/policy-audit: \"true\"}" : "";
        var policy = new PolicyCase(
            $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n  namespace: a{annotations}\nspec: {{ingress: []}}", Pods, [PolicyCases.Namespace("a", audited: onNamespace)]);

        Assert.True(policy.Passes("10.244.1.3", "10.244.0.2"));
        Assert.Equal("default deny of NetworkPolicy a/p", policy.AuditedDenial("10.244.1.3", "10.244.0.2"));
    }

    private static PolicyCase Case(string spec) => new(Policy(spec), Pods);

    private static string Policy(string spec) =>
        $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: a}}\nspec:\n  {spec}";
}
