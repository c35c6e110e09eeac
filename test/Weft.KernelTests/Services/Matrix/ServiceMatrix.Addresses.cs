using Weft.Model;
using Weft.Model.Services;

namespace Weft.KernelTests.Services.Matrix;

/// <content>By which addresses a Service is reached.</content>
public abstract partial class ServiceMatrix
{
    [Theory, Feature("ClusterIP; endpoints see the pod that connects")]
    public void A_cluster_ip_leads_to_every_endpoint_and_keeps_the_clients_address(bool v6)
    {
        World.Serve(Web(All).Objects);
        foreach (var client in (Client[])[Pod("near-3", v6), Pod("far-3", v6)])
            Served(client, All, WebService.ClusterIp(v6), 80, seen: Seen.TheClient);
        Served(Node(0, v6), All, WebService.ClusterIp(v6), 80);
        Served(Node(1, v6), All, WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("several ports, the same one by TCP and UDP")]
    public void Every_port_leads_to_its_own_target_port(bool v6)
    {
        World.Serve(Web(Near).Objects);
        foreach (var client in Inside(v6))
        {
            Assert.Equal(PodServer.SecondPort, Caller.Ask(client.From, WebService.ClusterIp(v6), 443).Port);
            Assert.Equal(PodServer.Port, Caller.Ask(client.From, WebService.ClusterIp(v6), 80).Port);
            Served(client, Near, WebService.ClusterIp(v6), 80, L4Protocol.Udp);
        }
    }

    [Theory, Feature("dual-stack: endpoints of its own for each family")]
    public void Each_family_has_its_own_endpoints(bool v6)
    {
        // Both slices name both pods; in each, the other one is not ready.
        var ready = v6 ? "far-1" : "near-1";
        World.Serve(Web("near-1", "far-1").Endpoints(endpoint => endpoint with
        {
            Conditions = new() { Ready = endpoint.Addresses[0].Contains(':') == (endpoint.TargetRef!.Name == "far-1"), Serving = false },
        }).Objects);
        foreach (var client in Inside(v6))
            Served(client, [ready], WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("a client outside the cluster that uses a cluster IP is masqueraded")]
    public void A_client_outside_reaches_a_cluster_ip_under_a_nodes_address(bool v6)
    {
        World.Serve(Web(Far).Objects);
        foreach (var protocol in Both)
            Served(Outside(v6), Far, WebService.ClusterIp(v6), 80, protocol, Seen.Another);
    }

    [Theory, Feature("NodePort on every address of every node; clients outside are masqueraded")]
    public void A_node_port_leads_to_every_endpoint_from_any_node(bool v6)
    {
        World.Serve(Web(All).NodePorts().Objects);
        for (var node = 0; node < 2; node++)
        {
            Served(Outside(v6), All, World.NodeAddress(node, v6), 30080, seen: Seen.Another);
            Served(Outside(v6), All, World.NodeAddress(node, v6), 30081, L4Protocol.Udp, Seen.Another);
            foreach (var client in Inside(v6))
                Served(client, All, World.NodeAddress(node, v6), 30080);
        }

        Served(Pod("near-3", v6), All, Gateway(v6), 30080);
    }

    [Theory, Feature("node-port-addresses")]
    public void Node_ports_are_on_the_configured_addresses_only(bool v6)
    {
        World.ServeWith("node-port-addresses", "172.30.0.0/24,fd30::/64", Web(All).NodePorts().Objects);
        Served(Outside(v6), All, World.NodeAddress(0, v6), 30080);
        Refused(Pod("near-3", v6), Gateway(v6), 30080);
    }

    [Theory, Feature("externalIPs")]
    public void An_external_ip_leads_to_every_endpoint_from_everywhere(bool v6)
    {
        World.Serve(Web(All).External().Objects);
        Served(Outside(v6), All, WebService.ExternalIp(v6), 80, seen: Seen.Another);
        foreach (var client in Inside(v6))
            Served(client, All, WebService.ExternalIp(v6), 80, L4Protocol.Udp);
    }

    [Theory, Feature("LoadBalancer addresses")]
    public void A_balancers_address_leads_to_every_endpoint_from_everywhere(bool v6)
    {
        World.Serve(Web(All).Balancer().Objects);
        Served(Outside(v6), All, WebService.BalancerIp(v6), 80, L4Protocol.Udp, Seen.Another);
        foreach (var client in Inside(v6))
            Served(client, All, WebService.BalancerIp(v6), 80);
    }

    [Theory, Feature("`ipMode: Proxy`: left to the load balancer")]
    public void A_balancer_that_ends_connections_is_reached_itself(bool v6)
    {
        World.Serve(Web(All).Balancer([new() { Ip = ServiceWorld.OwnBalancer(v6).ToString(), IpMode = "Proxy" }]).With(spec => spec with
        {
            Ports = [spec.Ports[0] with { Port = PodServer.Port }],
        }).Objects);
        foreach (var client in Inside(v6))
            Assert.Equal("outside", Caller.Ask(client.From, ServiceWorld.OwnBalancer(v6), PodServer.Port).Pod);
    }

    [Theory, Feature("loadBalancerSourceRanges, for pods and nodes too")]
    public void Source_ranges_admit_whom_they_list(bool v6)
    {
        World.Serve(Admitting(IpPrefix.Host(ServiceWorld.OutsideAddress(v6))));
        Served(Outside(v6), All, WebService.BalancerIp(v6), 80);
        foreach (var client in Inside(v6))
            Dropped(client, WebService.BalancerIp(v6), 80);
        Dropped(Outside(!v6), WebService.BalancerIp(!v6), 80);

        World.Serve(Admitting(IpPrefix.Host(World.PodAddress("near-3", v6)), IpPrefix.Host(World.NodeAddress(1, v6))));
        Served(Pod("near-3", v6), All, WebService.BalancerIp(v6), 80);
        Served(Node(1, v6), All, WebService.BalancerIp(v6), 80);
        Dropped(Outside(v6), WebService.BalancerIp(v6), 80);
        Served(Pod("far-3", v6), All, WebService.ClusterIp(v6), 80);
        Served(Outside(v6), All, World.NodeAddress(0, v6), 30080);

        Weft.Kubernetes.ServiceObjects Admitting(params IpPrefix[] ranges) => Web(All).NodePorts().Balancer()
            .With(spec => spec with { LoadBalancerSourceRanges = ranges.Select(range => range.ToString()).ToEquatableArray() }).Objects;
    }

    [Theory, Feature("headless, ExternalName, `service.kubernetes.io/service-proxy-name`: nothing is programmed")]
    public void What_is_not_for_this_proxy_is_not_served(bool v6)
    {
        WebService[] others =
        [
            Web(All).With(spec => spec with { ClusterIP = "None", ClusterIPs = ["None"] }),
            Web(All).With(spec => spec with { Type = "ExternalName", ExternalName = "example.org" }),
            Web(All).Label("service.kubernetes.io/service-proxy-name"),
            Web(All).Label("service.kubernetes.io/headless"),
        ];
        foreach (var other in others)
        {
            World.Serve(Web(All).Objects);
            Served(Pod("near-3", v6), All, WebService.ClusterIp(v6), 80);
            World.Serve(other.Objects);
            Refused(Pod("near-3", v6), WebService.ClusterIp(v6), 80, L4Protocol.Udp);
        }
    }

    /// <summary>The first node's address on the links to its pods.</summary>
    private IpAddress Gateway(bool v6) =>
        World.Node(0).Run(() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces())
            .Where(device => device.Name.StartsWith("veth", StringComparison.Ordinal))
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Select(address => IpAddress.From(address.Address))
            .First(address => address.IsV6 == v6 && !address.IsLinkLocal);
}
