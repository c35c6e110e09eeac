using Weft.Model.Services;
using Weft.Netlink.Conntrack;

namespace Weft.KernelTests.Services.Matrix;

/// <content>SCTP. Debian's kernel in the virtual machine has it.</content>
public abstract partial class ServiceMatrix
{
    [Theory, Feature("SCTP: cluster IPs, node ports and external addresses"), Trait("vm", "only")]
    public void Associations_are_served_like_connections(bool v6)
    {
        World.Serve(Associations(All).Objects);
        Served(Pod("near-3", v6), All, WebService.ClusterIp(v6), 80, L4Protocol.Sctp, Seen.TheClient);
        Served(Pod("far-3", v6), All, WebService.ClusterIp(v6), 80, L4Protocol.Sctp, Seen.TheClient);
        Served(Node(0, v6), All, WebService.ClusterIp(v6), 80, L4Protocol.Sctp);
        Served(Outside(v6), All, World.NodeAddress(0, v6), 30082, L4Protocol.Sctp, Seen.Another);
        Served(Outside(v6), All, WebService.ExternalIp(v6), 80, L4Protocol.Sctp, Seen.Another);
        Served(Node(1, v6), All, WebService.BalancerIp(v6), 80, L4Protocol.Sctp);
    }

    [Theory, Feature("SCTP without endpoints: refused"), Trait("vm", "only")]
    public void Associations_with_nobody_are_refused(bool v6)
    {
        World.Serve(Associations().Objects);
        Refused(Pod("near-3", v6), WebService.ClusterIp(v6), 80, L4Protocol.Sctp);
        Refused(Outside(v6), World.NodeAddress(0, v6), 30082, L4Protocol.Sctp);
    }

    [Theory, Feature("SCTP flows to an endpoint that has left are forgotten"), Trait("vm", "only")]
    public void Associations_do_not_follow_an_endpoint_that_has_left(bool v6)
    {
        World.Serve(Associations(All).Objects);
        Clean();
        var client = Pod("near-3", v6);
        const ushort port = 40000;
        var first = Associate(port);
        Assert.True(FlowsTo(first).Count > 0, $"none of the flows leads from {client.Address} to {first}: {string.Join("; ", Flows())}");
        var rest = All.Except([first]).ToArray();
        World.Serve(Associations(rest).Objects);
        Clean();
        Assert.Empty(FlowsTo(first));
        Assert.Contains(Associate(port), rest);

        // The same ports again: the kernel would take it for the same flow.
        string Associate(ushort from)
        {
            using var socket = Open(client, L4Protocol.Sctp, from);
            return Caller.Ask(socket, WebService.ClusterIp(v6), 80).Pod;
        }

        // Those that this node led there; flows that came from the other node have a destination of their own.
        IReadOnlyList<Flow> FlowsTo(string pod) => Flows().Where(flow => flow.HasNewDestination && flow.Reply.Source == World.PodAddress(pod, v6)).ToList();

        IReadOnlyList<Flow> Flows() => World.Nodes[0].Flows.Find(new FlowFilter { IsV6 = v6, Protocol = (byte)L4Protocol.Sctp });
    }

    private WebService Associations(params string[] pods)
    {
        Assert.SkipUnless(SctpSocket.IsSupported, "the kernel has no SCTP (module sctp)");
        return Web(pods).External().Sctp();
    }
}
