using Weft.Dns.Completion;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Dns.Completion;

/// <summary>A server with a client of which it knows the search list, and one that it does not know. Its clock stands still: what it remembers holds however slow the machine is.</summary>
internal sealed class CompletionRig : ISearchLists
{
    public static readonly DnsClient Known = new(IpAddress.Parse("10.244.0.9"), 5353, DnsTransport.Stream), Stranger = new(IpAddress.Parse("10.244.9.9"), 5353, DnsTransport.Stream);

    private readonly DnsService _service;
    private readonly SearchList _list;

    public CompletionRig(DnsTable table, IUpstream world, SearchList list, TimeProvider? time = null, ForwarderOptions? options = null)
    {
        _list = list;
        var zone = ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(table);
        time ??= new ManualTime();
        _service = new DnsService(zone, new Forwarder([world], options ?? new ForwarderOptions(), time), time) { SearchLists = this };
    }

    public DnsService Service => _service;

    public SearchList? Of(IpAddress address) => address == Known.Address ? _list : null;

    public static SearchList ListOf(string space, int ndots = 5) =>
        new([.. new[] { $"{space}.svc.cluster.local", "svc.cluster.local", "cluster.local" }.Select(DnsName.Parse)], ndots);

    public DnsMessage Ask(DnsClient client, string name, DnsType type = DnsType.A, DnsFlags flags = DnsFlags.RecursionDesired) => AskBytes(client, DnsTalk.Query(name, type, flags: flags));

    public DnsMessage Ask(DnsClient client, DnsName name, DnsType type)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(name.Wire, type));
        return AskBytes(client, writer.Finish(new DnsHeader(7, DnsFlags.RecursionDesired, 1)).ToArray());
    }

    /// <summary>Whether the server has the answer at once.</summary>
    public bool IsAtOnce(string name, DnsType type = DnsType.A) => _service.TryAnswer(Known, DnsTalk.Query(name, type), new byte[Responder.LongestMessage], out _);

    private DnsMessage AskBytes(DnsClient client, byte[] query)
    {
        var buffer = new byte[Responder.LongestMessage];
        if (!_service.TryAnswer(client, query, buffer, out var length))
            length = _service.AnswerAsync(client, query, buffer).AsTask().GetAwaiter().GetResult();
        Assert.Equal(0, _service.Faults);
        return DnsTalk.Read(buffer.AsSpan(0, length));
    }
}
