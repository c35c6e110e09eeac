using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Tests.Policies.TruthTables;

namespace Weft.Tests.Policies.Compiling;

/// <summary>What policies take cluster DNS for.</summary>
public sealed class ClusterDnsTests
{
    private static readonly ClusterSettings Defaults = new();

    [Fact]
    public void Nodes_answer_at_an_address_of_either_family_that_is_the_same_everywhere() =>
        Assert.Equal(["169.254.20.10", "fd00:169:254:20::10"], Texts(ClusterDns.AddressesOf(Defaults, service: null)));

    [Fact]
    public void Nodes_answer_at_the_cluster_ips_of_the_usual_Service_too() =>
        Assert.Equal(["169.254.20.10", "fd00:169:254:20::10", "10.96.0.10", "fd96::a"], Texts(ClusterDns.AddressesOf(Defaults, KubeDns("10.96.0.10", "fd96::a"))));

    [Fact]
    public void Where_somebody_else_is_cluster_dns_nothing_stands_in_for_it()
    {
        var settings = ClusterSettingsParser.Parse([new("dns", "off")]).Settings;
        Assert.Empty(ClusterDns.AddressesOf(settings, KubeDns("10.96.0.10")));
        Assert.Empty(ClusterDns.StandIns(settings, KubeDns("10.96.0.10")));
    }

    [Fact]
    public void Addresses_are_those_that_the_settings_name()
    {
        var settings = ClusterSettingsParser.Parse([new("dns-address", "169.254.99.1, fd00::53")]).Settings;
        Assert.Equal(["169.254.99.1", "fd00::53"], Texts(ClusterDns.AddressesOf(settings, service: null)));
    }

    [Theory]
    [InlineData("169.254.99.1, 10.0.0.300")]
    [InlineData("169.254.99.1, fe80::53")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.53")]
    [InlineData("ff02::fb")]
    public void A_list_with_a_bad_address_is_named_and_leaves_the_default(string value)
    {
        var (settings, problems) = ClusterSettingsParser.Parse([new("dns-address", value)]);
        Assert.Equal(Defaults.DnsAddresses, settings.DnsAddresses);
        Assert.Equal("InvalidSetting", Assert.Single(problems).Reason);
    }

    [Fact]
    public void It_is_known_by_the_usual_namespace_label_and_ports()
    {
        var pod = Assert.Single(ClusterDns.StandIns(Defaults, service: null));
        Assert.Equal(("kube-system", "k8s-app=kube-dns"), (pod.Namespace, pod.Labels.ToString()));
        Assert.Equal([new("dns", L4Protocol.Udp, 53), new("dns-tcp", L4Protocol.Tcp, 53)], pod.Ports.ToArray());
        Assert.True(pod.IsPoliced);
    }

    [Fact]
    public void It_has_the_labels_that_the_Service_selects()
    {
        var service = KubeDns("10.96.0.10");
        service = service with { Spec = service.Spec with { Selector = StringMap.Of(("app.kubernetes.io/name", "coredns"), ("k8s-app", "coredns")) } };
        Assert.Equal("app.kubernetes.io/name=coredns,k8s-app=coredns", Assert.Single(ClusterDns.StandIns(Defaults, service)).Labels.ToString());
    }

    [Theory]
    [InlineData("allow the label", "namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}", true)]
    [InlineData("allow its namespace", "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}", true)]
    [InlineData("allow a label of its namespace", "namespaceSelector: {matchLabels: {team: infra}}", true)]
    [InlineData("allow its address", "ipBlock: {cidr: 169.254.20.10/32}", true)]
    [InlineData("allow pods of the own namespace", "podSelector: {}", false)]
    [InlineData("allow another label", "namespaceSelector: {}, podSelector: {matchLabels: {app: dns}}", false)]
    public void Default_deny_lets_names_through_where_a_rule_means_cluster_dns(string name, string peer, bool passes)
    {
        Namespace[] namespaces = [new() { Metadata = new ObjectMeta { Name = "kube-system", Labels = StringMap.Of(("team", "infra")) } }];
        var policy = PolicyYaml.Network("default/dns", $"podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{{peer}}}], ports: [{{port: dns, protocol: UDP}}, {{port: 53, protocol: TCP}}]}}]");
        var cluster = PolicyCases.Cluster(policy, [PolicyCases.WholePod("default/client node1 10.244.0.2 app=web")], [.. namespaces]);
        var world = new PolicyCase(cluster with { StandIns = [StandIn()] });
        Assert.True(passes == world.Passes("client", "169.254.20.10", "UDP 53"), name);
        Assert.True(passes == world.Passes("client", "169.254.20.10", "TCP 53"), name);
        Assert.False(world.Passes("client", "169.254.20.10", "TCP 54"));
        Assert.True(world.Passes("169.254.20.10", "client", "UDP 40000"));
    }

    private static Pod StandIn()
    {
        var pod = Assert.Single(ClusterDns.StandIns(Defaults, service: null));
        return new Pod
        {
            Metadata = pod.Metadata,
            Spec = new PodSpec { Containers = [new Container { Ports = [.. pod.Ports.Select(port => new ContainerPort { Name = port.Name, Protocol = port.Protocol.ToString().ToUpperInvariant(), Port = port.Number })] }] },
            Status = new PodStatus { PodIPs = [.. pod.Addresses.Select(address => new PodIp(address.ToString()))] },
        };
    }

    private static Service KubeDns(params EquatableArray<string> addresses) => ClusterDns.Assumed with { Spec = ClusterDns.Assumed.Spec with { ClusterIPs = addresses } };

    private static IEnumerable<string> Texts(EquatableArray<IpAddress> addresses) => addresses.Select(address => address.ToString());
}
