using Weft.Dns.Serving;
using Weft.Dns.Watching;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Watching;

/// <summary>Who watches sees what is asked for most, in memory that does not grow.</summary>
public sealed class TrafficMeterTests
{
    private static readonly DnsTable Table = new([new NamedService("default", "web") { Addresses = [IpAddress.Parse("10.96.0.20")] }], ["default"]);

    [Fact]
    public void Answers_are_counted_by_name_client_code_and_source()
    {
        var service = new DnsService(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), routes: null, TimeProvider.System);
        var meter = new TrafficMeter();
        using (service.Observe(meter))
        {
            for (var i = 0; i < 3; i++)
                Ask(service, "10.244.0.1", i == 0 ? "WEB.default.svc.cluster.local" : "web.default.svc.cluster.local");
            Ask(service, "10.244.0.2", "none.default.svc.cluster.local");
        }

        Ask(service, "10.244.0.2", "unseen.default.svc.cluster.local");
        var seen = meter.Take(most: 1);
        Assert.Equal((4, 4), (seen.Queries, seen.Total));
        Assert.Equal([((DnsName.Parse("web.default.svc.cluster.local"), DnsType.A, DnsCode.NoError), 3L)], seen.Names);
        Assert.Equal([(IpAddress.Parse("10.244.0.1"), 3L)], seen.Clients);
        Assert.Equal([(DnsCode.NoError, 3L), (DnsCode.NXDomain, 1L)], seen.Codes);
        Assert.Equal([(AnswerSource.Zone, 4L)], seen.Sources);
        Assert.Null(seen.HitRatio);
        Assert.True(seen.Median <= seen.Slowest && seen.Slowest > TimeSpan.Zero);
        var next = meter.Take(most: 5);
        Assert.Equal((0, 4, TimeSpan.Zero), (next.Queries, next.Total, next.Median));
    }

    [Fact]
    public void Who_does_not_watch_any_more_costs_nothing()
    {
        var service = new DnsService(ClusterZone.Empty(new ZoneSettings(DnsName.Parse("cluster.local")), 1).With(Table), routes: null, TimeProvider.System);
        var (query, answer) = (Query("web.default.svc.cluster.local"), new byte[1500]);
        using (service.Observe(new TrafficMeter()))
            Allocated();
        Assert.Equal(0, Allocated());

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                Assert.True(service.TryAnswer(new DnsClient(IpAddress.Parse("10.244.0.1"), 4000, DnsTransport.Datagram), query, answer, out _));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Frequent_keys_stay_however_many_others_come_once()
    {
        var counts = new TopCounts<int>(8);
        for (var i = 0; i < 10_000; i++)
        {
            counts.Add(-1 - (i % 2));
            counts.Add(i);
        }

        var most = counts.Most(2);
        Assert.Equal([-2, -1], most.Select(one => one.Key).Order());
        Assert.All(most, one => Assert.InRange(one.Count, 5_000, 7_500));
        Assert.Equal(8, counts.Most(100).Count);
    }

    [Fact]
    public void Percentiles_are_at_most_a_tenth_too_long()
    {
        var scale = new LatencyScale();
        for (var i = 1; i <= 1000; i++)
            scale.Add(TimeSpan.FromMilliseconds(i));
        Assert.InRange(scale.Percentile(0.5).TotalMilliseconds, 500, 550);
        Assert.InRange(scale.Percentile(0.99).TotalMilliseconds, 990, 1090);
        scale.Add(TimeSpan.FromDays(1));
        Assert.True(scale.Percentile(1) < TimeSpan.FromDays(1));
    }

    private static void Ask(DnsService service, string client, string name) =>
        Assert.True(service.TryAnswer(new DnsClient(IpAddress.Parse(client), 4000, DnsTransport.Datagram), Query(name), new byte[1500], out _));

    private static byte[] Query(string name)
    {
        var writer = new MessageWriter(new byte[512]);
        writer.TryWriteQuestion(DnsName.Parse(name).Wire, DnsType.A);
        return writer.Finish(new DnsHeader(1, DnsFlags.RecursionDesired, 1)).ToArray();
    }
}
