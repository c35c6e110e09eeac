using System.Net;
using System.Net.Sockets;
using Weft.Dns.Forwarding;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Who asks, and who sees the answers.</summary>
public sealed class ObserverTests
{
    private static readonly DnsClient Client = new(IpAddress.Parse("10.244.0.7"), 4711, DnsTransport.Datagram);

    private readonly DnsService _service = new(
        ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(new DnsTable([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"])),
        new Forwarder([], new ForwarderOptions(), TimeProvider.System),
        TimeProvider.System);

    [Fact]
    public async Task Answers_are_seen_with_client_and_source_until_the_observer_leaves()
    {
        var observer = new Notes();
        using (_service.Observe(observer))
        {
            Assert.True(_service.TryAnswer(Client, Query("web.default.svc.cluster.local"), new byte[512], out _));
            Assert.True(_service.TryAnswer(Client, [1, 2, 3], new byte[512], out var dropped));
            Assert.True(_service.TryAnswer(Client, [.. new byte[11], 0], new byte[512], out _));
            Assert.Equal(0, dropped);
            Assert.False(_service.TryAnswer(Client, Query("www.example.org"), new byte[512], out _));
            await _service.AnswerAsync(Client, Query("www.example.org"), new byte[512]);
        }

        Assert.True(_service.TryAnswer(Client, Query("web.default.svc.cluster.local"), new byte[512], out _));
        Assert.Equal(["10.244.0.7:4711 Zone NoError", "10.244.0.7:4711 Server FormErr", "10.244.0.7:4711 Failure ServFail"], observer.Lines);
    }

    [Theory]
    [InlineData("192.0.2.7", 53, "192.0.2.7:53")]
    [InlineData("2001:db8::7", 65535, "[2001:db8::7]:65535")]
    [InlineData("::ffff:192.0.2.7", 1, "192.0.2.7:1")]
    public void Clients_are_read_from_addresses_of_sockets(string address, int port, string text)
    {
        var end = new IPEndPoint(IPAddress.Parse(address), port);
        Assert.Equal(text, DnsClient.From(end.Serialize(), DnsTransport.Datagram).ToString());
        Assert.Equal(DnsClient.From(end, DnsTransport.Stream), DnsClient.From(end.Serialize(), DnsTransport.Stream));
        Assert.Equal(address.Contains("::", StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, end.AddressFamily);
    }

    private static byte[] Query(string name)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A));
        return writer.Finish(new DnsHeader(7, DnsFlags.RecursionDesired, 1)).ToArray();
    }

    private sealed class Notes : IAnswerObserver
    {
        public List<string> Lines { get; } = [];

        public void Answered(in AnswerSeen seen) => Lines.Add($"{seen.Client} {seen.Source} {DnsHeader.Read(seen.Answer).Code}");
    }
}
