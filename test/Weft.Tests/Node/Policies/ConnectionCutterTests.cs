using Microsoft.Extensions.Logging.Abstractions;
using Weft.Model;
using Weft.Model.Policies;
using Weft.Netlink.Conntrack;
using Weft.Node.Policies;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Node.Policies;

/// <summary>Which standing connections are cut: <c>pod</c> opens nothing but TCP 80 to <c>server</c>.</summary>
public sealed class ConnectionCutterTests
{
    private const byte Tcp = 6, Udp = 17, Icmp = 1;
    private static readonly IpAddress Pod = IpAddress.Parse("10.244.1.2");
    private static readonly IpAddress Server = IpAddress.Parse("10.244.2.2");
    private static readonly IpAddress ServiceAddress = IpAddress.Parse("10.96.0.5");
    private static readonly PeerTerm Servers = new("pods app=server");

    private readonly FakeConntrack _flows = new();
    private readonly ConnectionCutter _cutter;

    public ConnectionCutterTests() => _cutter = new ConnectionCutter(_flows, NullLogger.Instance, new ManualTime());

    [Fact]
    public void A_connection_that_is_denied_now_is_cut_and_one_that_is_accepted_stays()
    {
        var accepted = Flow(Tcp, Pod, Server, 80, Server, 80);
        var denied = Flow(Tcp, Pod, Server, 81, Server, 81);
        Cut(accepted, denied);

        Assert.Equal([accepted.Original], Left());
        Assert.Equal(1, _cutter.Deleted);
    }

    [Fact]
    public void What_went_through_a_Service_is_judged_by_the_endpoint()
    {
        var accepted = Flow(Tcp, Pod, ServiceAddress, 8080, Server, 80);
        var denied = Flow(Tcp, Pod, ServiceAddress, 80, Server, 8080);
        Cut(accepted, denied);

        Assert.Equal([accepted.Original], Left());
    }

    [Fact]
    public void Connections_that_the_pod_accepted_stay_as_nothing_isolates_it_there()
    {
        var accepted = Flow(Udp, Server, Pod, 53, Pod, 53);
        var ping = Flow(Icmp, Pod, Server, 0, Server, 0);
        Cut(accepted, ping);

        Assert.Equal([accepted.Original], Left());
    }

    private void Cut(params Flow[] flows)
    {
        foreach (var flow in flows)
            _flows.Add(flow, TimeSpan.FromMinutes(1));
        _cutter.Note(new PolicyJudge(Table()));
        Assert.True(_cutter.Cut());
    }

    private List<FlowTuple> Left() => [.. _flows.Find(new FlowFilter()).Select(flow => flow.Original)];

    private static PolicyTable Table()
    {
        var name = new PolicyRuleName("NetworkPolicy", "default", "web", PolicyDirection.Egress, 0);
        var egress = new PolicyClass(PolicyDirection.Egress)
        {
            Namespaced = [new PolicyRule(name, PolicyAction.Accept) { Peers = [Servers], Ports = [new PolicyPort(Tcp, 80, 80)] }],
            IsolatedBy = [name with { Index = -1 }],
        };
        return new PolicyTable
        {
            Pods = [new PolicedPod(Pod, "default", "pod") { Egress = egress }],
            Peers = [new Peer(IpPrefix.Host(Server), new PeerIdentity([Servers]))],
        };
    }

    private static Flow Flow(byte protocol, IpAddress from, IpAddress to, ushort port, IpAddress endpoint, ushort endpointPort) => new(
        new FlowTuple(protocol, from, 40000, to, port), new FlowTuple(protocol, endpoint, endpointPort, from, 40000));
}
