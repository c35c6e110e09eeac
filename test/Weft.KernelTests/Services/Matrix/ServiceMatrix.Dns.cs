using Weft.Compilers.Dns;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Model.Services;
using Weft.Netlink.Conntrack;

namespace Weft.KernelTests.Services.Matrix;

/// <content>Cluster DNS, which nodes answer at a cluster IP among others.</content>
public abstract partial class ServiceMatrix
{
    private const ushort MetricsPort = 9153;

    [Theory, Feature("cluster DNS: the node answers, at the cluster IP of kube-dns too; its other ports and other Services go to their endpoints")]
    public void The_node_answers_cluster_dns_beside_its_Services(bool v6)
    {
        var web = Web(Near);
        World.Serve(web.Objects);
        using var near = new NodeDns(World.Node(0), "dns-1", DnsAddresses);
        using var far = new NodeDns(World.Node(1), "dns-2", DnsAddresses);
        AnswersNames(v6);

        World.Serve(web.Objects, KubeDns.Objects);
        AnswersNames(v6);
        foreach (var client in Everybody(v6))
        {
            Served(client, All, KubeDnsIp(v6), MetricsPort);
            Served(client, Near, WebService.ClusterIp(v6), 80);
            Served(client, Near, WebService.ClusterIp(v6), 80, L4Protocol.Udp);
        }

        Refused(Pod("near-3", v6), KubeDnsIp(v6), NodeDns.OtherPort);
    }

    private static EquatableArray<IpAddress> DnsAddresses => [NodeLocalDns.Of(v6: false), NodeLocalDns.Of(v6: true), KubeDnsIp(v6: false), KubeDnsIp(v6: true)];

    /// <summary>As kubeadm leaves it: with pods behind it, which somebody may still run.</summary>
    private WebService KubeDns => Web(All).Called(ClusterDns.Key).With(spec => spec with
    {
        ClusterIP = KubeDnsIp(v6: false).ToString(),
        ClusterIPs = [KubeDnsIp(v6: false).ToString(), KubeDnsIp(v6: true).ToString()],
        Ports =
        [
            new() { Name = "dns", Protocol = "UDP", Port = NodeLocalDns.Port, TargetPort = PodServer.Port },
            new() { Name = "dns-tcp", Protocol = "TCP", Port = NodeLocalDns.Port, TargetPort = PodServer.Port },
            new() { Name = "metrics", Protocol = "TCP", Port = MetricsPort, TargetPort = PodServer.SecondPort },
        ],
    });

    private static IpAddress KubeDnsIp(bool v6) => IpAddress.Parse(v6 ? "fd96::53" : "10.96.0.53");

    /// <summary>Everybody's own node answers, sees pods as they are, and tracks none of it.</summary>
    private void AnswersNames(bool v6)
    {
        foreach (var (client, server) in ((Client, string)[])[(Pod("near-3", v6), "dns-1"), (Pod("far-3", v6), "dns-2"), (Node(0, v6), "dns-1"), (Node(1, v6), "dns-2")])
        {
            foreach (var address in DnsAddresses.Where(address => address.IsV6 == v6))
            {
                Served(client, [server], address, NodeLocalDns.Port, L4Protocol.Udp, client.Name.StartsWith("node", StringComparison.Ordinal) ? Seen.Anything : Seen.TheClient);
                Served(client, [server], address, NodeLocalDns.Port, L4Protocol.Tcp);
            }
        }

        Served(Outside(v6), ["dns-1"], KubeDnsIp(v6), NodeLocalDns.Port, L4Protocol.Udp, Seen.TheClient);
        foreach (var node in World.Nodes)
            Assert.DoesNotContain(node.Flows.Find(new FlowFilter { IsV6 = v6 }), flow => flow.Original.DestinationPort == NodeLocalDns.Port);
    }
}
