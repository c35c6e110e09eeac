using System.Net;
using System.Net.Sockets;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Policies.TruthTables;
using Weft.KernelTests.Services.Matrix;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;
using Weft.Tests.Policies.TruthTables;
using static Weft.KernelTests.Policies.Traffic.TrafficWorld;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>Connections under policies beyond those from pod to pod, and those that stand while policies change.</summary>
/// <param name="world">Its world.</param>
[Collection(NftablesCollection.Name)]
public sealed class ConnectionTests(TrafficWorld world) : IClassFixture<TrafficWorld>
{
    private const ushort NodePort = 30080;

    [Theory, InlineData(false), InlineData(true)]
    public void Connections_outlive_changes_of_policies_that_let_them_be(bool v6)
    {
        world.Enforce(PolicyYaml.Rules("a/p", ingress: true, "{matchLabels: {pod: x}}", "[{PEERS: [{namespaceSelector: {matchLabels: {ns: b}}}]}]"));
        using var listener = Caller.Open(world.In("a/x"), v6, L4Protocol.Tcp);
        listener.Bind(new IPEndPoint(Of("a/x", v6).ToIPAddress(), 7000));
        listener.Listen();
        using var client = Caller.Open(world.In("b/y"), v6, L4Protocol.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        Exchange(client, server);

        world.Enforce(PolicyYaml.Rules("a/q", ingress: true, "{}", "[{PEERS: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}]}]"), PolicyYaml.Network("c/deny", "podSelector: {}"));
        Exchange(client, server);
        world.Enforce();
        Exchange(client, server);
        world.Enforce(PolicyYaml.Network("b/p", "podSelector: {}, policyTypes: [Ingress]"));
        Exchange(client, server);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Answers_need_no_rule_of_their_own(bool v6)
    {
        world.Enforce(PolicyYaml.Network("c/p", "podSelector: {}, policyTypes: [Ingress]"), PolicyYaml.Network("a/p", "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]"));
        foreach (var protocol in (L4Protocol[])[L4Protocol.Tcp, L4Protocol.Udp])
        {
            Reaches(world.In("c/x"), "a/x", Of("a/x", v6), protocol);
            Denied(world.In("a/x"), Of("c/x", v6), protocol);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Datagrams_in_fragments_are_judged_whole(bool v6)
    {
        world.Enforce(PolicyYaml.Network("a/p", "podSelector: {}, ingress: [{ports: [{port: 5000, protocol: UDP}]}]"));
        using var client = Caller.Open(world.In("c/x"), v6, L4Protocol.Udp);
        using var allowed = Caller.Open(world.In("a/x"), v6, L4Protocol.Udp);
        using var other = Caller.Open(world.In("a/x"), v6, L4Protocol.Udp);
        allowed.Bind(new IPEndPoint(Of("a/x", v6).ToIPAddress(), 5000));
        other.Bind(new IPEndPoint(Of("a/x", v6).ToIPAddress(), 5001));
        allowed.ReceiveTimeout = 60_000;

        client.SendTo(new byte[4000], other.LocalEndPoint!);
        client.SendTo(new byte[4000], allowed.LocalEndPoint!);
        Assert.Equal(4000, allowed.Receive(new byte[8000]));
        Assert.Equal(0, other.Available);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_node_reaches_its_own_pods_always_and_those_of_others_as_policies_say(bool v6)
    {
        world.Enforce(PolicyYaml.Network("a/p", "podSelector: {}, policyTypes: [Ingress, Egress]"));
        var (own, other) = (world.Nodes.Node(1).Namespace, world.Nodes.Node(2).Namespace);
        Reaches(own, "a/x", Of("a/x", v6));
        Reaches(own, "a/x", Of("a/x", v6), L4Protocol.Udp);
        Reaches(other, "a/z", Of("a/z", v6));
        Denied(other, Of("a/x", v6));
        Denied(own, Of("a/z", v6));

        world.Enforce(PolicyYaml.Network("a/p", $"podSelector: {{}}, ingress: [{{from: [{Block(world.Nodes.Node(2).Addresses[v6 ? 1 : 0])}]}}]"));
        Reaches(other, "a/x", Of("a/x", v6));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_pods_open_to_nodes_and_the_outside_is_judged(bool v6)
    {
        var (own, other) = (world.Nodes.Node(1), world.Nodes.Node(2));
        using var near = new PodServer(own.Namespace, "near", []);
        using var far = new PodServer(other.Namespace, "far", []);
        using var outside = new PodServer(world.Nodes.Outside, "outside", []);
        var addresses = ((string Name, IpAddress Address)[])[("near", own.Addresses[v6 ? 1 : 0]), ("far", other.Addresses[v6 ? 1 : 0]), ("outside", ServiceWorld.OutsideAddress(v6))];

        world.Enforce(PolicyYaml.Network("a/p", "podSelector: {matchLabels: {pod: x}}, policyTypes: [Egress]"));
        foreach (var (name, address) in addresses)
        {
            Denied(world.In("a/x"), address);
            Reaches(world.In("a/y"), name, address);
        }

        foreach (var (name, address) in addresses)
        {
            world.Enforce(PolicyYaml.Network("a/p", $"podSelector: {{matchLabels: {{pod: x}}}}, policyTypes: [Egress], egress: [{{to: [{Block(address)}], ports: [{{port: {PodServer.Port}}}]}}]"));
            Reaches(world.In("a/x"), name, address);
            Denied(world.In("a/x"), address, port: PodServer.SecondPort);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Behind_a_node_port_policies_see_the_client_on_the_first_node_and_that_node_on_others(bool v6)
    {
        var (near, far) = (world.Nodes.Node(1).Addresses[v6 ? 1 : 0], world.Nodes.Node(2).Addresses[v6 ? 1 : 0]);
        world.Nodes.Serve(OnNodePort("a/x", "Cluster"));
        world.Enforce(OnlyFrom(ServiceWorld.OutsideAddress(v6)));
        Reaches(world.Nodes.Outside, "a/x", near, port: NodePort);
        Denied(world.Nodes.Outside, far, port: NodePort);
        world.Enforce(OnlyFrom(far));
        Reaches(world.Nodes.Outside, "a/x", far, port: NodePort);
        Denied(world.Nodes.Outside, near, port: NodePort);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Behind_a_node_port_without_source_nat_policies_see_the_client(bool v6)
    {
        var near = world.Nodes.Node(1).Addresses[v6 ? 1 : 0];
        world.Nodes.Serve(OnNodePort("a/x", "Local"));
        world.Enforce(OnlyFrom(ServiceWorld.OutsideAddress(v6)));
        Assert.Equal(ServiceWorld.OutsideAddress(v6), Reaches(world.Nodes.Outside, "a/x", near, port: NodePort));
        world.Enforce(OnlyFrom(near));
        Denied(world.Nodes.Outside, near, port: NodePort);
    }

    private static string OnlyFrom(IpAddress address) => PolicyYaml.Network("a/p", $"podSelector: {{matchLabels: {{pod: x}}}}, ingress: [{{from: [{Block(address)}]}}]");

    private static string Block(IpAddress address) => $"{{ipBlock: {{cidr: '{IpPrefix.Host(address)}'}}}}";

    private static ServiceObjects OnNodePort(string pod, string externalPolicy)
    {
        var own = TruthServices.Of(TruthPod.Of(pod));
        return new ServiceObjects(
            own.Service with
            {
                Metadata = own.Service.Metadata with { Name = "outer" },
                Spec = own.Service.Spec with
                {
                    Type = "NodePort", ExternalTrafficPolicy = externalPolicy, ClusterIP = "10.96.1.1", ClusterIPs = ["10.96.1.1", "fd96::1:1"],
                    Ports = [new ServicePort { Name = "web", Port = 80, TargetPort = PodServer.Port, NodePort = NodePort }],
                },
            },
            own.Slices.Select(slice => slice with
            {
                Metadata = slice.Metadata with { Name = $"outer-{slice.Metadata.Name}", Labels = StringMap.Of((EndpointSlice.ServiceNameLabel, "outer")) },
                Ports = [new EndpointPort { Name = "web", Protocol = "TCP", Port = PodServer.Port }],
            }).ToEquatableArray());
    }

    private static void Exchange(Socket client, Socket server)
    {
        client.ReceiveTimeout = server.ReceiveTimeout = 60_000;
        client.Send([1]);
        Assert.Equal(1, server.Receive(new byte[8]));
        server.Send([2]);
        Assert.Equal(1, client.Receive(new byte[8]));
    }
}
