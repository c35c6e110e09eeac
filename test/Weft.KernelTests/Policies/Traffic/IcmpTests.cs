using System.Net;
using System.Net.Sockets;
using Weft.KernelTests.Nftables;
using Weft.KernelTests.Services.Matrix;
using Weft.Netlink.Namespaces;
using Weft.Tests.Policies.TruthTables;
using static Weft.KernelTests.Policies.Traffic.TrafficWorld;

namespace Weft.KernelTests.Policies.Traffic;

/// <summary>ICMP and ICMPv6 under policies: echoes, errors, and what keeps a link alive.</summary>
/// <param name="world">Its world.</param>
[Collection(NftablesCollection.Name)]
[Trait("vm", "also")]
public sealed class IcmpTests(TrafficWorld world) : IClassFixture<TrafficWorld>
{
    // <linux/in6.h>: sends that exceed what is known of the way fail, as those of IPv4 do.
    private const int IpProtoIpv6 = 41, Ipv6DontFragment = 62;
    private const string DenyAll = "podSelector: {}, policyTypes: [Ingress, Egress]";

    [Theory, InlineData(false), InlineData(true)]
    public void Echo_requests_pass_by_rules_without_ports_only(bool v6)
    {
        world.Enforce(PolicyYaml.Network("a/p", """
            podSelector: {matchLabels: {pod: x}}, ingress: [
              {from: [{namespaceSelector: {matchLabels: {ns: b}}}]},
              {from: [{namespaceSelector: {matchLabels: {ns: c}}}], ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}]
            """));
        Answered("b/x", "a/x", v6);
        Answered("b/y", "a/x", v6);
        Unanswered("c/x", "a/x", v6);
        Reaches(world.In("c/x"), "a/x", Of("a/x", v6));

        world.Enforce(PolicyYaml.Network("c/p", "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: TCP}]}]"));
        Unanswered("c/x", "a/x", v6);
        Unanswered("c/y", "b/z", v6);
        Answered("a/x", "c/x", v6);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Neighbours_are_found_whatever_is_denied(bool v6)
    {
        using var client = Caller.Open(world.In("b/y"), v6, Model.Services.L4Protocol.Udp);
        using var server = Caller.Open(world.In("a/x"), v6, Model.Services.L4Protocol.Udp);
        client.Bind(new IPEndPoint(Of("b/y", v6).ToIPAddress(), 4000));
        server.Bind(new IPEndPoint(Of("a/x", v6).ToIPAddress(), 4000));
        world.Enforce();
        PingPong(client, server);
        world.Enforce(PolicyYaml.Network("a/p", DenyAll), PolicyYaml.Network("b/p", DenyAll));
        Denied(world.In("b/y"), Of("a/x", v6));

        // What stands goes on, and for that both ends and their nodes have to ask again who their neighbours are.
        foreach (var where in (NetworkNamespace[])[world.In("a/x"), world.In("b/y"), world.Nodes.Node(1).Namespace, world.Nodes.Node(2).Namespace])
            Neighbours.Forget(where);
        PingPong(client, server);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Errors_come_back_to_pods_that_accept_nothing(bool v6)
    {
        world.Enforce(
            PolicyYaml.Network("c/p", "podSelector: {}, policyTypes: [Ingress]"),
            PolicyYaml.Network("a/p", "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{protocol: UDP}]}]"));
        using var client = Caller.Open(world.In("c/x"), v6, Model.Services.L4Protocol.Udp);
        client.Connect(new IPEndPoint(Of("a/x", v6).ToIPAddress(), 9));
        Assert.Equal(SocketError.ConnectionRefused, ErrorOf(client, length: 1));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_smaller_mtu_on_the_way_is_told_to_pods_that_accept_nothing(bool v6)
    {
        world.Enforce(PolicyYaml.Network("c/p", "podSelector: {}, policyTypes: [Ingress]"));
        using var narrow = NarrowLink.To(world.Nodes.Node(1).Stack, Of("a/y", v6), mtu: 1300);
        using var client = Caller.Open(world.In("c/x"), v6, Model.Services.L4Protocol.Udp);
        if (v6)
            client.SetRawSocketOption(IpProtoIpv6, Ipv6DontFragment, BitConverter.GetBytes(1));
        else
            client.DontFragment = true;
        client.Connect(new IPEndPoint(Of("a/y", v6).ToIPAddress(), PodServer.Port));
        Assert.Equal(SocketError.MessageSize, ErrorOf(client, length: 1350));
    }

    private void Answered(string from, string to, bool v6) => Assert.Equal("echo", Caller.Ping(world.In(from), Of(to, v6)).Pod);

    private void Unanswered(string from, string to, bool v6) => Assert.Equal(Answer.Silence, Caller.Ping(world.In(from), Of(to, v6), expectSilence: true));

    /// <summary>The first error that sending shows.</summary>
    private static SocketError ErrorOf(Socket client, int length)
    {
        for (var i = 0; i < 600; i++)
        {
            try
            {
                client.Send(new byte[length]);
            }
            catch (SocketException error)
            {
                return error.SocketErrorCode;
            }

            Thread.Sleep(100);
        }

        return SocketError.Success;
    }

    private static void PingPong(Socket client, Socket server)
    {
        foreach (var (from, to) in new[] { (client, server), (server, client) })
        {
            to.ReceiveTimeout = 500;
            var received = false;
            for (var i = 0; i < 120 && !received; i++)
            {
                from.SendTo([1], to.LocalEndPoint!);
                received = TryReceive(to);
            }

            Assert.True(received, $"{to.LocalEndPoint} hears nothing from {from.LocalEndPoint}");
        }
    }

    private static bool TryReceive(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[8]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
