using System.Diagnostics;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.KernelTests.Services.Matrix;

/// <content>What is served by nobody, and what was served by somebody who has left.</content>
public abstract partial class ServiceMatrix
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, Feature("no endpoints: refused at every address")]
    public void Without_endpoints_connections_are_refused(bool v6)
    {
        World.Serve(Web().External().Objects);
        foreach (var client in Everybody(v6))
        {
            foreach (var address in (IpAddress[])[WebService.ClusterIp(v6), WebService.ExternalIp(v6), WebService.BalancerIp(v6)])
                Refused(client, address, 80, L4Protocol.Udp);
            Refused(client, World.NodeAddress(0, v6), 30081, L4Protocol.Udp);
        }

        foreach (var client in SomeOfEach(v6))
            Refused(client, WebService.ClusterIp(v6), 80);
        Refused(Outside(v6), WebService.ExternalIp(v6), 80);
        Refused(Outside(v6), World.NodeAddress(0, v6), 30080);
    }

    [Theory, Feature("a port that a cluster IP does not serve: refused")]
    public void A_port_that_a_cluster_ip_does_not_serve_is_refused(bool v6)
    {
        World.Serve(Web(Near).Objects);
        foreach (var client in Everybody(v6))
        {
            Refused(client, WebService.ClusterIp(v6), 443, L4Protocol.Udp);
            Served(client, Near, WebService.ClusterIp(v6), 443);
        }

        foreach (var client in SomeOfEach(v6))
            Refused(client, WebService.ClusterIp(v6), 81);
    }

    [Theory, Feature("an address of the service ranges that no Service has: refused")]
    public void An_address_that_no_service_has_is_refused(bool v6)
    {
        World.Serve(Web(Near).Objects);
        foreach (var client in Everybody(v6))
            Refused(client, WebService.ClusterIp(v6).Add(1), 80, L4Protocol.Udp);
        foreach (var client in SomeOfEach(v6))
            Refused(client, WebService.ClusterIp(v6).Add(1), 80);
    }

    [Theory, Feature("ping of a cluster IP: refused")]
    public void A_ping_of_a_cluster_ip_is_refused(bool v6)
    {
        World.Serve(Web(Near).Objects);
        foreach (var client in Everybody(v6))
            Same(Answer.Refusal, Caller.Ping(client.From, WebService.ClusterIp(v6)), client, "a ping");
    }

    [Theory, Feature("UDP flows to an endpoint that has left go to another one")]
    public void Datagrams_do_not_follow_an_endpoint_that_has_left(bool v6)
    {
        World.Serve(Web(All).External().Objects);
        foreach (var (client, address, port) in ((Client, IpAddress, ushort)[])
            [
                (Pod("near-3", v6), WebService.ClusterIp(v6), 80),
                (Node(0, v6), WebService.ClusterIp(v6), 80),
                (Outside(v6), World.NodeAddress(0, v6), 30081),
                (Outside(v6), WebService.BalancerIp(v6), 80),
            ])
        {
            World.Serve(Web(All).External().Objects);
            Clean();
            using var socket = Caller.Open(client.From, v6, L4Protocol.Udp);
            var first = Caller.Ask(socket, address, port).Pod;
            Assert.Equal(first, Caller.Ask(socket, address, port).Pod);
            var rest = All.Except([first]).ToArray();
            World.Serve(Web(rest).External().Objects);
            Clean();

            // An answer may still be on the way; the flow stays with whom it finds next.
            var waited = Stopwatch.StartNew();
            var next = Caller.Ask(socket, address, port).Pod;
            while (next == first && waited.Elapsed < Patience)
                next = Caller.Ask(socket, address, port).Pod;
            Assert.Contains(next, rest);
        }
    }

    /// <summary>By an ICMP error over IPv6, TCP hears of a refusal with its second packet only, a second later: not everybody tries everything.</summary>
    private Client[] SomeOfEach(bool v6) => [Pod("near-3", v6), Node(1, v6), Outside(v6)];

    private void Clean()
    {
        foreach (var node in World.Nodes)
            node.Clean();
    }
}
