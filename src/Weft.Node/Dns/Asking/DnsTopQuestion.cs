using System.Text.Json;
using Weft.Dns.Serving;
using Weft.Dns.Watching;
using Weft.Model;
using Weft.Node.Policies;
using Weft.Node.Sockets;

namespace Weft.Node.Dns.Asking;

/// <summary>Tells who watches what is asked for, again and again; queries cost nothing more while nobody does.</summary>
/// <remarks>
/// <code>
/// {"dns-top":{"seconds":1}}    lines of <see cref="DnsTopReport"/>, until the connection is closed
/// </code>
/// </remarks>
internal sealed class DnsTopQuestion(DnsService service, PodList pods, NodeAgentOptions options)
{
    /// <summary>The property that tells the question.</summary>
    public const string Name = "dns-top";

    private const int Most = 20;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromHours(1);

    /// <summary>Tells until nobody listens any more.</summary>
    public async Task AnswerAsync(JsonElement question, AgentConnection connection, CancellationToken gone)
    {
        var seconds = TimeSpan.FromSeconds(question.GetProperty(Name).GetProperty("seconds").GetDouble());
        var period = seconds < Shortest ? Shortest : seconds > Longest ? Longest : seconds;
        var meter = new TrafficMeter();
        using var watching = service.Observe(meter);
        while (true)
        {
            var began = options.Time.GetTimestamp();
            await Task.Delay(period, options.Time, gone).ConfigureAwait(false);
            var report = Report(meter.Take(Most), options.Time.GetElapsedTime(began));
            await connection.SendAsync(JsonSerializer.SerializeToUtf8Bytes(report, DnsJson.Plain.DnsTopReport), gone).ConfigureAwait(false);
        }
    }

    private DnsTopReport Report(Traffic traffic, TimeSpan elapsed) => new()
    {
        Node = options.NodeName,
        Time = options.Time.GetUtcNow(),
        PerSecond = Math.Round(traffic.Queries / elapsed.TotalSeconds, 1),
        P50Milliseconds = Math.Round(traffic.Median.TotalMilliseconds, 3),
        P99Milliseconds = Math.Round(traffic.Slowest.TotalMilliseconds, 3),
        Total = traffic.Total,
        CacheHitRatio = traffic.HitRatio is { } ratio ? Math.Round(ratio, 3) : null,
        Names = [.. traffic.Names.Select(one => new DnsNameCount(one.Key.Name.ToString(), one.Key.Type.ToString(), one.Key.Code.ToString().ToUpperInvariant(), one.Count))],
        Clients = [.. traffic.Clients.Select(one => new DnsCount(NameOf(one.Key), one.Count))],
        Codes = [.. traffic.Codes.Select(one => new DnsCount(one.Key.ToString().ToUpperInvariant(), one.Count))],
        Sources = [.. traffic.Sources.Select(one => new DnsCount(one.Key.ToString().ToLowerInvariant(), one.Count))],
    };

    private string NameOf(IpAddress address) =>
        address == DnsQuestions.Nobody ? "weft dns query"
        : pods.OwnerOf(address) is { } pod ? $"{pod.Namespace}/{pod.Name}"
        : address.ToString();
}
