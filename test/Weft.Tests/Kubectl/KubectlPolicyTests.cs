namespace Weft.Tests.Kubectl;

/// <summary>Policies of both kinds as people see them with kubectl.</summary>
public sealed class KubectlPolicyTests
{
    private const string Seed = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: test-network-policy}
        spec:
          podSelector: {matchLabels: {role: db}}
          policyTypes: [Ingress, Egress]
          ingress:
          - from:
            - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
            - namespaceSelector: {matchLabels: {project: myproject}}
            ports: [{protocol: TCP, port: 6379}]
          egress:
          - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
            ports: [{port: 32000, endPort: 32768}]
        """;

    private const string Guard = """
        apiVersion: policy.networking.k8s.io/v1alpha2
        kind: ClusterNetworkPolicy
        metadata: {name: guard}
        spec:
          tier: Admin
          priority: 0
          subject: {namespaces: {}}
          ingress:
          - name: monitoring
            action: Accept
            from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
            protocols: [{tcp: {destinationPort: {number: 9100}}}, {destinationNamedPort: metrics}]
          egress:
          - action: Pass
            to: [{networks: [10.0.0.0/8, "fd00::/8"]}, {nodes: {}}]
        """;

    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: clusternetworkpolicies.policy.networking.k8s.io}
        spec:
          group: policy.networking.k8s.io
          names: {kind: ClusterNetworkPolicy, listKind: ClusterNetworkPolicyList, plural: clusternetworkpolicies, shortNames: [cnp], singular: clusternetworkpolicy}
          scope: Cluster
          versions:
          - name: v1alpha2
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            subresources: {status: {}}
        status: {acceptedNames: {kind: "", plural: ""}, conditions: null, storedVersions: null}
        """;

    [Fact]
    public async Task Network_policies_are_described_rule_by_rule()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("networkpolicy.networking.k8s.io/test-network-policy created", Seed, "apply", "-f", "-");
        await session.SaysAsync("test-network-policy   role=db", null, "get", "netpol");
        foreach (var line in new[] { "PodSelector:     role=db", "To Port: 6379/TCP", "CIDR: 172.17.0.0/16", "Except: 172.17.1.0/24", "NamespaceSelector: project=myproject", "Policy Types: Ingress, Egress" })
            await session.SaysAsync(line, null, "describe", "networkpolicy", "test-network-policy");
        await session.FailsAsync(
            "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"172.18.1.0/24\": must be a strict subset of `cidr`",
            Seed.Replace("172.17.1.0", "172.18.1.0", StringComparison.Ordinal), "apply", "-f", "-");
        await session.FailsAsync(
            "spec.egress[0].ports[0].endPort: Invalid value: 31000: must be greater than or equal to `port`",
            Seed.Replace("32768", "31000", StringComparison.Ordinal), "apply", "-f", "-");
    }

    [Fact]
    public async Task Cluster_network_policies_are_known_from_the_start()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("clusternetworkpolicy.policy.networking.k8s.io/guard created", Guard, "apply", "-f", "-");
        await session.SaysAsync("clusternetworkpolicy.policy.networking.k8s.io/guard unchanged", Guard, "apply", "-f", "-");
        await session.SaysAsync("NAME    TIER    PRIORITY   AGE\nguard   Admin   0 ", null, "get", "cnp");
        await session.SaysAsync("Pass leaves the tier", null, "explain", "cnp.spec.egress.action");
        await session.FailsAsync("spec.priority: Invalid value: 1001: spec.priority in body should be less than or equal to 1000", Guard.Replace("priority: 0", "priority: 1001", StringComparison.Ordinal), "apply", "-f", "-");
        await session.FailsAsync("Start port must be less than End port", Guard.Replace("number: 9100", "range: {start: 90, end: 80}", StringComparison.Ordinal), "apply", "-f", "-");
        await session.FailsAsync("Invalid CIDR format provided", Guard.Replace("10.0.0.0/8", "10.0.0.0", StringComparison.Ordinal), "apply", "-f", "-");
        await session.FailsAsync("unknown field \"spec.colour\"", Guard.Replace("tier: Admin", "tier: Admin\n  colour: red", StringComparison.Ordinal), "apply", "-f", "-");
    }

    [Fact]
    public async Task The_published_definition_may_be_applied_over_it()
    {
        Assert.SkipUnless(KubectlCommand.Installed, "kubectl is not installed");
        await using var session = await KubectlSession.StartAsync();
        await session.SaysAsync("guard created", Guard, "apply", "-f", "-");
        await session.SaysAsync("customresourcedefinition.apiextensions.k8s.io/clusternetworkpolicies.policy.networking.k8s.io created", Definition, "apply", "-f", "-");
        await session.SaysAsync("condition met", null, "wait", "--for=condition=Established", "--timeout=60s", "crd/clusternetworkpolicies.policy.networking.k8s.io");
        await session.SaysAsync("clusternetworkpolicies.policy.networking.k8s.io", Definition, "apply", "-f", "-");
        await session.SaysAsync("guard", null, "get", "cnp");
    }
}
