using System.Net;
using System.Text;
using Weft.Model.Services;

namespace Weft.KernelTests.Services.Matrix;

/// <content>Traffic policies, and whose address is hidden.</content>
public abstract partial class ServiceMatrix
{
    private const int HealthPort = 30999;

    [Theory, Feature("externalTrafficPolicy Local: clients outside are seen, and dropped where no endpoint is")]
    public void External_policy_local_keeps_the_client_and_drops_where_no_endpoint_is(bool v6)
    {
        World.Serve(LocalOutside(Near).Objects);
        Served(Outside(v6), Near, World.NodeAddress(0, v6), 30080, seen: Seen.TheClient);
        Served(Outside(v6), Near, World.NodeAddress(0, v6), 30081, L4Protocol.Udp, Seen.TheClient);
        Served(Outside(v6), Near, WebService.ExternalIp(v6), 80, seen: Seen.TheClient);
        Served(Outside(v6), Near, WebService.BalancerIp(v6), 80, seen: Seen.TheClient);
        Dropped(Outside(v6), World.NodeAddress(1, v6), 30080);
        World.Serve(LocalOutside(Far).Objects);
        Dropped(Outside(v6), WebService.ExternalIp(v6), 80);
        Dropped(Outside(v6), WebService.BalancerIp(v6), 80);
    }

    [Theory, Feature("externalTrafficPolicy Local: pods and nodes reach every endpoint")]
    public void External_policy_local_serves_the_inside_as_a_cluster_ip(bool v6)
    {
        World.Serve(LocalOutside(All).Objects);
        foreach (var (client, node) in Inside(v6).Zip([0, 1, 0, 1]))
        {
            Served(client, All, WebService.BalancerIp(v6), 80);
            Served(client, All, World.NodeAddress(node, v6), 30080);
        }

        World.Serve(LocalOutside(Near).Objects);
        foreach (var client in (Client[])[Pod("far-3", v6), Node(1, v6)])
        {
            Served(client, Near, World.NodeAddress(1, v6), 30080);
            Served(client, Near, WebService.ExternalIp(v6), 80);
        }

        // Under both policies, what is inside still reaches everybody by an external address.
        World.Serve(LocalOutside(Near).With(spec => spec with { InternalTrafficPolicy = "Local" }).Objects);
        Served(Pod("far-3", v6), Near, WebService.BalancerIp(v6), 80);
        Dropped(Pod("far-3", v6), WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("internalTrafficPolicy Local; dropped where no endpoint is")]
    public void Internal_policy_local_stays_on_the_node(bool v6)
    {
        World.Serve(Web(All).With(spec => spec with { InternalTrafficPolicy = "Local" }).Objects);
        Served(Pod("near-3", v6), Near, WebService.ClusterIp(v6), 80, seen: Seen.TheClient);
        Served(Node(0, v6), Near, WebService.ClusterIp(v6), 80, L4Protocol.Udp);
        Served(Pod("far-3", v6), ["far-1"], WebService.ClusterIp(v6), 80);
        World.Serve(Web(Near).With(spec => spec with { InternalTrafficPolicy = "Local" }).Objects);
        Dropped(Pod("far-3", v6), WebService.ClusterIp(v6), 80);
    }

    [Theory, Feature("healthCheckNodePort")]
    public async Task A_balancer_is_told_which_nodes_have_endpoints(bool v6)
    {
        World.Serve(LocalOutside(Near).With(spec => spec with { HealthCheckNodePort = HealthPort }).Objects);
        Assert.Equal((200, 503), (await HealthAsync(0), await HealthAsync(1)));
        World.Serve(LocalOutside("far-1").With(spec => spec with { HealthCheckNodePort = HealthPort }).Objects);
        Assert.Equal((503, 200), (await HealthAsync(0), await HealthAsync(1)));

        async Task<int> HealthAsync(int node)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var socket = Caller.Open(World.Outside, v6, L4Protocol.Tcp);
            await socket.ConnectAsync(new IPEndPoint(World.NodeAddress(node, v6).ToIPAddress(), HealthPort), limit.Token);
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
            var buffer = new byte["HTTP/1.1 200".Length];
            for (var length = 0; length < buffer.Length;)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
                Assert.NotEqual(0, read);
                length += read;
            }

            return int.Parse(Encoding.ASCII.GetString(buffer)[^3..], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Theory, Feature("hairpin: a pod that reaches itself is masqueraded")]
    public void A_pod_reaches_itself_through_its_service(bool v6)
    {
        World.Serve(Web("near-1").External().Objects);
        foreach (var protocol in Both)
            Served(Pod("near-1", v6), ["near-1"], WebService.ClusterIp(v6), 80, protocol, Seen.Another);
        Served(Pod("near-1", v6), ["near-1"], WebService.BalancerIp(v6), 80, seen: Seen.Another);
        Served(Pod("near-1", v6), ["near-1"], World.NodeAddress(0, v6), 30080, seen: Seen.Another);
        Served(Pod("near-1", v6), ["near-1"], World.NodeAddress(1, v6), 30080, seen: Seen.Another);
    }

    [Theory, Feature("masquerade-all")]
    public void Every_client_may_be_hidden(bool v6)
    {
        World.ServeWith("masquerade-all", "true", Web(All).Objects);
        Served(Pod("near-3", v6), All, WebService.ClusterIp(v6), 80, seen: Seen.Another);
        Served(Pod("far-3", v6), All, WebService.ClusterIp(v6), 80, L4Protocol.Udp, Seen.Another);
    }

    private WebService LocalOutside(params string[] pods) => Web(pods).External().With(spec => spec with { ExternalTrafficPolicy = "Local" });
}
