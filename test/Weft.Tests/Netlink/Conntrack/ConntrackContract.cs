using Weft.Model;
using Weft.Netlink;
using Weft.Netlink.Conntrack;

namespace Weft.Tests.Netlink.Conntrack;

/// <summary>What every <see cref="IConntrack"/> does, run on the fake and on the kernel's.</summary>
public abstract class ConntrackContract : IDisposable
{
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly Flow Translated = new(Tuple("10.0.0.1", 40000, "10.96.0.10", 53), Tuple("10.244.1.5", 5353, "10.0.0.1", 40000));
    private static readonly Flow Untouched = Plain("10.0.0.2", 40001, "10.96.0.10", 53);
    private static readonly Flow Other = Plain("10.0.0.2", 40001, "10.96.0.11", 53);
    private static readonly Flow V6 = Plain("fd00::1", 40000, "fd96::10", 53);
    private IConntrack? _flows;

    /// <summary>The table under test: that of a fresh namespace.</summary>
    protected IConntrack Flows => _flows ??= Create();

    protected abstract IConntrack Create();

    public void Dispose()
    {
        _flows?.Dispose();
        Cleanup();
        GC.SuppressFinalize(this);
    }

    protected virtual void Cleanup()
    {
    }

    [Fact]
    public void What_was_added_is_listed_with_both_directions()
    {
        Fill();
        Assert.Equal(Texts(Translated, Untouched, Other, V6), Texts([.. Flows.Find(new FlowFilter())]));
        Assert.True(Flows.Find(new FlowFilter { ReplySource = Translated.Reply.Source }).Single().HasNewDestination);
    }

    [Fact]
    public void Filters_select_by_family_protocol_and_addresses()
    {
        Fill();
        Assert.Equal(Texts(V6), Listed(new FlowFilter { IsV6 = true, Protocol = Udp }));
        Assert.Equal(Texts(Translated, Untouched, Other), Listed(new FlowFilter { IsV6 = false }));
        Assert.Empty(Listed(new FlowFilter { Protocol = Tcp, IsV6 = false }));
        Assert.Equal(Texts(Translated, Untouched), Listed(new FlowFilter { Protocol = Udp, OriginalDestination = Untouched.Original.Destination }));
        Assert.Equal(Texts(Translated, Untouched, Other), Listed(new FlowFilter { IsV6 = false, Protocol = Udp, OriginalDestinationPort = 53 }));
        Assert.Equal(Texts(Translated), Listed(new FlowFilter { ReplySource = Translated.Reply.Source }));
        Assert.Empty(Listed(new FlowFilter { ReplySource = IpAddress.Parse("10.244.1.6") }));
        Assert.Equal(Texts(V6), Listed(new FlowFilter { Protocol = Udp, OriginalDestination = V6.Original.Destination }));
        Assert.Equal(Texts(V6), Listed(new FlowFilter { ReplySource = V6.Reply.Source }));
        Assert.Empty(Listed(new FlowFilter { ReplySource = IpAddress.Parse("fd96::11") }));
    }

    [Fact]
    public void A_condition_and_a_limit_bound_the_answer()
    {
        Fill();
        Assert.Equal(Texts(Translated), Texts([.. Flows.Find(new FlowFilter(), flow => flow.HasNewDestination)]));
        Assert.Equal(2, Flows.Find(new FlowFilter(), limit: 2).Count);
    }

    [Fact]
    public void Deleted_flows_are_gone_and_the_others_stay()
    {
        Fill();
        var doomed = Flows.Find(new FlowFilter { OriginalDestination = Untouched.Original.Destination });
        Assert.Equal(2, Flows.Delete(doomed));
        Assert.Equal(Texts(Other, V6), Listed(new FlowFilter()));
        Assert.Equal(0, Flows.Delete(doomed));
        Assert.Equal(0, Flows.Delete([]));
    }

    [Fact]
    public void A_later_flow_of_the_same_addresses_is_not_deleted_for_the_former()
    {
        Flows.Add(Other, Lifetime);
        var former = Flows.Find(new FlowFilter()).Single();
        Flows.Delete([former]);
        Flows.Add(Other, Lifetime);
        Flows.Delete([former with { Id = former.Id ^ 0x55 }]);
        Assert.Single(Flows.Find(new FlowFilter()));
    }

    [Fact]
    public void Many_are_deleted_at_once()
    {
        for (var i = 0; i < 2000; i++)
            Flows.Add(Plain("10.0.0.3", (ushort)(1024 + i), "10.96.0.12", 53), Lifetime);
        Assert.Equal(2000, Flows.Usage().Entries);
        Assert.Equal(2000, Flows.Delete(Flows.Find(new FlowFilter { IsV6 = false, Protocol = Udp })));
        Assert.Empty(Flows.Find(new FlowFilter()));
    }

    [Fact]
    public void A_flow_that_is_known_is_not_added_again()
    {
        Flows.Add(Other, Lifetime);
        Assert.True(Assert.Throws<NetlinkException>(() => Flows.Add(Other, Lifetime)).AlreadyExists);
    }

    [Fact]
    public void Usage_counts_entries_and_knows_the_maximum()
    {
        Fill();
        var usage = Flows.Usage();
        Assert.Equal(4, usage.Entries);
        Assert.True(usage.Maximum > 0);
        Assert.Equal((double)usage.Entries / usage.Maximum, usage.Share);
    }

    private void Fill()
    {
        foreach (var flow in (Flow[])[Translated, Untouched, Other, V6])
            Flows.Add(flow, Lifetime);
    }

    private List<string> Listed(FlowFilter filter) => Texts([.. Flows.Find(filter)]);

    private static List<string> Texts(params Flow[] flows) => [.. flows.Select(flow => $"{flow.Original}, {flow.Reply}").Order(StringComparer.Ordinal)];

    private static Flow Plain(string source, ushort sourcePort, string destination, ushort port)
    {
        var original = Tuple(source, sourcePort, destination, port);
        return new Flow(original, original.Reversed);
    }

    private static FlowTuple Tuple(string source, ushort sourcePort, string destination, ushort port) =>
        new(Udp, IpAddress.Parse(source), sourcePort, IpAddress.Parse(destination), port);
}
