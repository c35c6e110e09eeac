using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weft.Kubernetes.Client;

/// <summary>Reports what happens to objects as Events, which <c>kubectl describe</c> and <c>kubectl get events</c> show.</summary>
/// <remarks>
/// Recording never waits and never fails: reports go out one after the other by <see cref="RunAsync"/>, and those beyond a backlog of 500 are dropped.
/// A report that repeats within ten minutes raises the count of the Event instead of making another.
/// </remarks>
/// <param name="client">Where Events go.</param>
/// <param name="component">Who reports, such as <c>weft-scheduler</c>.</param>
/// <param name="host">The node it runs on, if any.</param>
/// <param name="logger">Where to say that a report could not be sent.</param>
public sealed class EventRecorder(KubeClient client, string component, string? host = null, ILogger? logger = null)
{
    private const int Remembered = 1000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Channel<Report> _backlog = Channel.CreateBounded<Report>(
        new BoundedChannelOptions(500) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Dictionary<Report, EventObject> _sent = [];
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>Reports that something went as it should.</summary>
    public void Normal<T>(T obj, string reason, string message)
        where T : IKubeObject<T> => Record(ObjectReference.To(obj), "Normal", reason, message);

    /// <summary>Reports that something is wrong.</summary>
    public void Warning<T>(T obj, string reason, string message)
        where T : IKubeObject<T> => Record(ObjectReference.To(obj), "Warning", reason, message);

    /// <summary>Reports something about the object of a reference.</summary>
    /// <param name="about">The object.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="reason">A CamelCase word for machines.</param>
    /// <param name="message">What happened, for people; at most 1024 characters are kept, as upstream has it.</param>
    public void Record(ObjectReference about, string type, string reason, string message) =>
        _backlog.Writer.TryWrite(new Report(about with { ResourceVersion = null }, type, reason, message.Length > 1024 ? message[..1024] : message));

    /// <summary>Sends reports until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await foreach (var report in _backlog.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            try
            {
                await SendAsync(report, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error)
            {
                EventLog.NotSent(_logger, report.Reason, report.About.Name, error.Message);
            }
        }
    }

    private async Task SendAsync(Report report, CancellationToken cancel)
    {
        var now = client.Time.GetUtcNow();
        Forget(now);
        if (_sent.TryGetValue(report, out var earlier) && await RepeatAsync(earlier, now, cancel).ConfigureAwait(false) is { } again)
            _sent[report] = again;
        else
            _sent[report] = await client.CreateAsync(New(report, now), cancel).ConfigureAwait(false);
    }

    private async Task<EventObject?> RepeatAsync(EventObject earlier, DateTimeOffset now, CancellationToken cancel)
    {
        var patch = MergePatch.Between(earlier, earlier with { Count = earlier.Count + 1, LastTimestamp = now })!;
        try
        {
            return await client.PatchAsync<EventObject>(earlier.Metadata.Namespace, earlier.Metadata.Name, patch, cancel: cancel).ConfigureAwait(false);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    private EventObject New(Report report, DateTimeOffset now) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = $"{report.About.Name}.{now.UtcTicks:x}{Random.Shared.Next(0x10000):x4}",
            Namespace = string.IsNullOrEmpty(report.About.Namespace) ? "default" : report.About.Namespace,
        },
        InvolvedObject = report.About,
        Type = report.Type,
        Reason = report.Reason,
        Message = report.Message,
        Count = 1,
        FirstTimestamp = now,
        LastTimestamp = now,
        Source = new EventSource { Component = component, Host = host },
        ReportingComponent = component,
        ReportingInstance = host,
    };

    private void Forget(DateTimeOffset now)
    {
        if (_sent.Count < Remembered && !_sent.Values.Any(sent => now - sent.LastTimestamp > Window))
            return;
        foreach (var (report, sent) in _sent.OrderBy(pair => pair.Value.LastTimestamp).ToList())
        {
            if (_sent.Count >= Remembered || now - sent.LastTimestamp > Window)
                _sent.Remove(report);
        }
    }

    private sealed record Report(ObjectReference About, string Type, string Reason, string Message);
}

internal static partial class EventLog
{
    [LoggerMessage(10, LogLevel.Warning, "Event {Reason} about {Name} not sent: {Message}")]
    public static partial void NotSent(ILogger logger, string reason, string? name, string message);
}
