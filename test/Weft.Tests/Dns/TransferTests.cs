using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Dns;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>The whole zone, for those who may have it.</summary>
public sealed class TransferTests
{
    private static readonly DnsName Origin = DnsName.Parse("cluster.local");
    private static readonly ZoneSettings Settings = new(Origin) { Servers = [IpAddress.Parse("10.96.0.10")] };
    private static readonly DnsClient Client = new(IpAddress.Parse("127.0.0.1"), 4711, DnsTransport.Stream);

    [Fact]
    public void A_transfer_is_the_list_of_all_records_between_two_starts() =>
        Prop.ForAll(Arb.From(RandomNames.Tables), table =>
        {
            var records = Transfer(Service(table)).SelectMany(message => message.Answers).ToList();
            Assert.Equal(records[0].ToString(), records[^1].ToString());
            var expected = new ClusterRecords(Origin, 5).Of(table).Where(record => record.Owner.IsWithin(Origin)).Select(record => record.ToString())
                .Append("cluster.local. 5 IN NS ns.dns.cluster.local.").Append("ns.dns.cluster.local. 5 IN A 10.96.0.10");
            Assert.Equal(expected.Order(StringComparer.Ordinal), records[1..^1].Select(record => record.ToString()).Order(StringComparer.Ordinal));
            Assert.Equal(DnsType.SOA, records[0].Type);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_large_zone_goes_in_many_messages_of_which_the_first_has_the_question()
    {
        var table = new DnsTable([.. Enumerable.Range(0, 3000).Select(i => new NamedService("default", $"service-{i:D4}") { Addresses = [IpAddress.V4((uint)(0x0A600000 + i))] })], ["default"]);
        var messages = Transfer(Service(table));
        Assert.InRange(messages.Count, 3, 100);
        Assert.Equal(3000 + 5, messages.Sum(message => message.Answers.Count));
        Assert.Equal([1, .. Enumerable.Repeat(0, messages.Count - 1)], messages.Select(message => message.Questions.Count));
        Assert.All(messages, message => Assert.Equal((7, DnsCode.NoError, true), (message.Header.Id, message.Code, message.Header.Flags.HasFlag(DnsFlags.Authoritative))));
    }

    [Fact]
    public async Task Only_addresses_that_are_named_get_it_and_only_on_connections()
    {
        var service = Service(new DnsTable([], []));
        await using var listeners = DnsListeners.Open(service, [DnsTalk.AnyPort]);
        var query = DnsTalk.Query("cluster.local", DnsType.AXFR);
        using var socket = await DnsTalk.ConnectAsync(listeners.Addresses[0]);
        await socket.SendAsync(DnsTalk.Framed(query));
        Assert.Equal(5, DnsTalk.Read(await DnsTalk.ReceiveAsync(socket)).Answers.Count);
        Assert.Equal(DnsCode.Refused, DnsTalk.Read(await DnsTalk.ByDatagramAsync(listeners.Addresses[0], query)).Code);
        service.TransferTo = [IpPrefix.Parse("10.0.0.0/8")];
        await socket.SendAsync(DnsTalk.Framed(query));
        Assert.Equal(DnsCode.Refused, DnsTalk.Read(await DnsTalk.ReceiveAsync(socket)).Code);
    }

    [Fact]
    public void Only_the_zone_itself_can_be_taken()
    {
        var service = Service(new DnsTable([], ["default"]));
        foreach (var name in new[] { "svc.cluster.local", "local", "example.org" })
            Assert.Null(service.BeginTransfer(Client, DnsTalk.Query(name, DnsType.AXFR)));
        Assert.NotNull(service.BeginTransfer(Client, DnsTalk.Query("CLUSTER.local", DnsType.IXFR)));
        Assert.Null(service.BeginTransfer(Client, DnsTalk.Query("cluster.local", DnsType.SOA)));
        Assert.Null(service.BeginTransfer(Client, [1, 2, 3]));
    }

    private static DnsService Service(DnsTable table) =>
        new(ClusterZone.Empty(Settings, 1).With(table), new Forwarder([], new ForwarderOptions(), TimeProvider.System), TimeProvider.System) { TransferTo = [IpPrefix.Parse("127.0.0.0/8")] };

    private static List<DnsMessage> Transfer(DnsService service)
    {
        var query = DnsTalk.Query("cluster.local", DnsType.AXFR, options: []);
        Assert.False(service.TryAnswer(Client, query, new byte[1232], out _));
        var (transfer, messages, buffer) = (service.BeginTransfer(Client, query)!, new List<DnsMessage>(), new byte[ZoneTransfer.LongestPart]);
        while (transfer.TryWrite(buffer, out var length))
            messages.Add(DnsTalk.Read(buffer.AsSpan(0, length)));
        return messages;
    }
}
