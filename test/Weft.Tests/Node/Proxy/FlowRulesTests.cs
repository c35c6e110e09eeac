using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Netlink.Conntrack;
using Weft.Node.Proxy;
using Weft.Node.Proxy.Connections;
using static Weft.Tests.Node.Proxy.ProxySamples;

namespace Weft.Tests.Node.Proxy;

/// <summary>Which connections are forgotten when endpoints leave.</summary>
public sealed class FlowRulesTests
{
    private const byte Tcp = 6, Udp = 17;
    private const string NodeAddress = "172.30.0.1";
    private readonly FakeConntrack _flows = new();
    private readonly ConnectionCleaner _cleaner;
    private ushort _lastPort = 20000;

    public FlowRulesTests() => _cleaner = new ConnectionCleaner(
        _flows, () => new HashSet<IpAddress> { IpAddress.Parse(NodeAddress) }, new ProxyMetrics(() => (0, 0)), NullLogger.Instance, TimeProvider.System);

    [Fact]
    public void Udp_flows_of_an_endpoint_that_left_go_and_those_of_others_stay()
    {
        Note(Service(1, 3, "UDP"));
        Add(Udp, "10.96.0.1:80", "10.244.1.3:8080");
        var stays = Add(Udp, "10.96.0.1:80", "10.244.1.1:8080");
        var tcp = Add(Tcp, "10.96.0.1:80", "10.244.1.3:8080");
        var foreign = Add(Udp, "10.96.0.9:80", "10.244.1.3:8080");
        Note(Service(1, 2, "UDP"));
        AssertLeft(stays, tcp, foreign);
    }

    [Fact]
    public void Flows_from_before_the_first_endpoint_go_once_there_is_one()
    {
        Note(Service(1, 0, "UDP", nodePort: 30053));
        var early = (Flow[])[Add(Udp, "10.96.0.1:80", "10.96.0.1:80"), Add(Udp, $"{NodeAddress}:30053", $"{NodeAddress}:30053")];
        Note(Service(1, 0, "UDP", nodePort: 30053));
        AssertLeft(early);
        Note(Service(1, 1, "UDP", nodePort: 30053));
        AssertLeft();
    }

    [Fact]
    public void Node_ports_are_those_of_the_node_itself()
    {
        Note(Service(1, 2, "UDP", nodePort: 30053));
        Add(Udp, $"{NodeAddress}:30053", "10.244.1.2:8080");
        var elsewhere = Add(Udp, "192.0.2.1:30053", "192.0.2.1:30053");
        Note(Service(1, 1, "UDP", nodePort: 30053));
        AssertLeft(elsewhere);
    }

    [Fact]
    public void Flows_of_a_Service_that_went_go()
    {
        Note(Service(1, 2, "UDP"));
        Add(Udp, "10.96.0.1:80", "10.244.1.2:8080");
        Note([], [new ObjectKey("default", "s1")]);
        AssertLeft();
    }

    [Fact]
    public void An_endpoint_that_serves_while_it_terminates_keeps_its_flows_until_it_is_gone()
    {
        var objects = Service(1, 2, "UDP");
        Note(objects);
        var flow = Add(Udp, "10.96.0.1:80", "10.244.1.2:8080");
        Note(With(objects, new EndpointConditions { Ready = false, Serving = true, Terminating = true }));
        AssertLeft(flow);
        Note(With(objects, new EndpointConditions { Ready = false, Serving = false, Terminating = true }));
        AssertLeft();
    }

    [Fact]
    public void After_a_start_what_happened_meanwhile_is_made_up_for()
    {
        Add(Udp, "10.96.0.1:80", "10.244.1.3:8080");
        Add(Udp, "10.96.0.77:80", "10.244.1.3:8080");
        var stays = Add(Udp, "10.96.0.1:80", "10.244.1.1:8080");
        var passing = Add(Udp, "8.8.8.8:53", "8.8.8.8:53");
        Note(Service(1, 2, "UDP"));
        AssertLeft(stays, passing);
    }

    [Fact]
    public void A_failure_is_made_up_for()
    {
        Note(Service(1, 3, "UDP"));
        Add(Udp, "10.96.0.1:80", "10.244.1.3:8080");
        _flows.Refuse = 105;
        Note(Service(1, 2, "UDP"), succeeds: false);
        _flows.Refuse = 0;
        Assert.True(_cleaner.Clean());
        AssertLeft();
    }

    [Fact]
    public void More_flows_than_fit_into_one_portion_all_go()
    {
        Note(Service(1, 2, "UDP"));
        for (var i = 0; i < 10_000; i++)
            Add(Udp, "10.96.0.1:80", "10.244.1.2:8080");
        Note(Service(1, 1, "UDP"));
        AssertLeft();
    }

    [Fact]
    public void Pressure_is_one_problem_from_nine_tenths_until_it_is_over()
    {
        var pressure = new ConntrackPressure("n1", _flows);
        _flows.Maximum = 100;
        _flows.OtherEntries = 90;
        Assert.Empty(pressure.Check());
        _flows.OtherEntries = 91;
        var problem = Assert.Single(pressure.Check());
        Assert.Equal("Node n1", problem.Object);
        _flows.OtherEntries = 85;
        Assert.Equal(problem, Assert.Single(pressure.Check()));
        _flows.OtherEntries = 79;
        Assert.Empty(pressure.Check());
        Assert.Equal(79, pressure.Usage?.Entries);
        _flows.Refuse = 95;
        Assert.Empty(pressure.Check());
    }

    private static ServiceObjects With(ServiceObjects objects, EndpointConditions last)
    {
        var slice = objects.Slices[0];
        return objects with { Slices = [slice with { Endpoints = [slice.Endpoints[0], slice.Endpoints[1] with { Conditions = last }] }] };
    }

    private void Note(ServiceObjects objects, bool succeeds = true) => Note([objects], [objects.Service.Key()], succeeds);

    private void Note(EquatableArray<ServiceObjects> objects, IReadOnlyCollection<ObjectKey> changed, bool succeeds = true)
    {
        _cleaner.Note(Table(objects), key => objects.FirstOrDefault(found => found.Service.Key() == key), changed);
        Assert.Equal(succeeds, _cleaner.Clean());
    }

    private Flow Add(byte protocol, string to, string answered)
    {
        var (address, port) = Parse(to);
        var (source, sourcePort) = Parse(answered);
        var client = IpAddress.Parse("10.244.9.9");
        var flow = new Flow(new FlowTuple(protocol, client, ++_lastPort, address, port), new FlowTuple(protocol, source, sourcePort, client, _lastPort));
        _flows.Add(flow, TimeSpan.FromMinutes(1));
        return flow;
    }

    private static (IpAddress, ushort) Parse(string text)
    {
        var parts = text.Split(':');
        return (IpAddress.Parse(parts[0]), ushort.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private void AssertLeft(params Flow[] flows) =>
        Assert.Equal(flows.Select(flow => flow.Original.ToString()).Order(), _flows.Find(new FlowFilter()).Select(flow => flow.Original.ToString()).Order());
}
