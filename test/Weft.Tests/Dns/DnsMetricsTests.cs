using System.Text;
using Weft.Dns.Forwarding;
using Weft.Dns.Metrics;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns;

/// <summary>Figures under the names that CoreDNS gives them.</summary>
public sealed class DnsMetricsTests
{
    private readonly DnsService _service;
    private readonly DnsMetrics _metrics;

    public DnsMetricsTests()
    {
        var table = new DnsTable([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"]);
        var options = new ForwarderOptions { HealthInterval = TimeSpan.FromHours(1), Patience = TimeSpan.FromSeconds(60) };
        _service = new DnsService(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(table), new Forwarder([new Others()], options, TimeProvider.System), TimeProvider.System);
        _metrics = new DnsMetrics(_service);
        _service.Observe(_metrics);
    }

    [Fact]
    public async Task Questions_answers_memory_and_servers_are_counted()
    {
        foreach (var name in new[] { "web.default.svc.cluster.local", "none.default.svc.cluster.local", "www.example.org", "www.example.org", "broken.example.org" })
            await AskAsync(name, DnsType.A);
        await AskAsync("www.example.org", (DnsType)65280);
        var text = new StringBuilder();
        _metrics.Write(text);
        var lines = text.ToString().Split('\n');
        foreach (var line in new[]
        {
            """coredns_dns_requests_total{server="dns://:53",zone="cluster.local.",view="",proto="udp",family="1",type="A"} 2""",
            """coredns_dns_requests_total{server="dns://:53",zone=".",view="",proto="udp",family="1",type="A"} 3""",
            """coredns_dns_requests_total{server="dns://:53",zone=".",view="",proto="udp",family="1",type="other"} 1""",
            """coredns_dns_responses_total{server="dns://:53",zone="cluster.local.",view="",rcode="NOERROR",plugin="kubernetes"} 1""",
            """coredns_dns_responses_total{server="dns://:53",zone="cluster.local.",view="",rcode="NXDOMAIN",plugin="kubernetes"} 1""",
            """coredns_dns_responses_total{server="dns://:53",zone=".",view="",rcode="NOERROR",plugin="cache"} 1""",
            """coredns_dns_responses_total{server="dns://:53",zone=".",view="",rcode="SERVFAIL",plugin=""} 1""",
            """coredns_dns_request_duration_seconds_count{server="dns://:53",zone=".",view=""} 4""",
            """coredns_cache_hits_total{server="dns://:53",zones=".",view="",type="success"} 1""",
            """coredns_cache_misses_total{server="dns://:53",zones=".",view=""} 3""",
            """coredns_proxy_request_duration_seconds_count{proxy_name="forward",to="others",rcode="NOERROR"} 2""",
            """coredns_panics_total 0""",
        })
            Assert.Contains(line, lines);
    }

    private async Task AskAsync(string name, DnsType type)
    {
        var writer = new MessageWriter(new byte[512]);
        Assert.True(writer.TryWriteQuestion(DnsName.Parse(name).Wire, type));
        var query = writer.Finish(new DnsHeader(7, DnsFlags.RecursionDesired, 1)).ToArray();
        var client = new DnsClient(IpAddress.Parse("192.0.2.77"), 4000, DnsTransport.Datagram);
        var buffer = new byte[Responder.LongestDatagram];
        if (!_service.TryAnswer(client, query, buffer, out _))
            await _service.AnswerAsync(client, query, buffer);
    }

    /// <summary>Knows one address for every name that is not broken.</summary>
    private sealed class Others : IUpstream
    {
        public string Name => "others";

        public ValueTask<int> ExchangeAsync(ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken ct)
        {
            Assert.True(DnsMessage.TryRead(query.Span, out var message));
            var question = message.Questions[0];
            if (question.Name.ToString().StartsWith("broken", StringComparison.Ordinal))
                throw new UpstreamException("others fail");
            var writer = new MessageWriter(answer.Span);
            Assert.True(writer.TryWriteQuestion(question.Name.Wire, question.Type));
            Assert.True(writer.TryWriteRecord(question.Name.Wire, question.Type, 60, [192, 0, 2, 99]));
            return ValueTask.FromResult(writer.Finish(new DnsHeader(message.Header.Id, message.Header.AnswerFlags(DnsCode.NoError), 1, 1)).Length);
        }
    }
}
