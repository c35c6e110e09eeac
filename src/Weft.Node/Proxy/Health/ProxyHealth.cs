using System.Globalization;
using Weft.Node.Status;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Node.Proxy.Health;

/// <summary>
/// Whether load balancers should send to this node: <c>/healthz</c> and <c>/livez</c> on port 10256, with upstream's meaning (KEP-3836). Unhealthy
/// is who has had work waiting for a minute; a node that is about to go is alive but not healthy.
/// </summary>
/// <param name="patience">How long work may wait: upstream takes twice its sync period.</param>
/// <param name="time">The clock.</param>
internal sealed class ProxyHealth(TimeSpan patience, TimeProvider time)
{
    private const string ToBeDeleted = "ToBeDeletedByClusterAutoscaler";

    private readonly Lock _gate = new();
    private DateTimeOffset? _waitsSince;
    private DateTimeOffset _updated;
    private bool _eligible = true;

    /// <summary>Whether no work waits for too long.</summary>
    public bool IsAlive
    {
        get
        {
            lock (_gate)
                return _waitsSince is not { } since || time.GetUtcNow() - since < patience;
        }
    }

    /// <summary>Notes that there is work.</summary>
    public void NoteQueued()
    {
        lock (_gate)
            _waitsSince ??= time.GetUtcNow();
    }

    /// <summary>Notes that the kernel is as it should be.</summary>
    public void NoteProgrammed()
    {
        lock (_gate)
        {
            _waitsSince = null;
            _updated = time.GetUtcNow();
        }
    }

    /// <summary>Notes the node's object, which says whether the node is about to go.</summary>
    public void Note(KubeNode? node)
    {
        lock (_gate)
            _eligible = node is null || (node.Metadata.DeletionTimestamp is null && !node.Spec.Taints.Any(taint => taint.Key == ToBeDeleted));
    }

    /// <summary>Answers probes.</summary>
    public HttpAnswer Answer(string path)
    {
        var alive = IsAlive;
        lock (_gate)
        {
            var times = string.Create(CultureInfo.InvariantCulture, $"\"lastUpdated\": \"{Text(alive ? time.GetUtcNow() : _updated)}\",\"currentTime\": \"{Text(time.GetUtcNow())}\"");
            return path switch
            {
                "/healthz" => HttpAnswer.Json(alive && _eligible, $"{{{times}, \"nodeEligible\": {(_eligible ? "true" : "false")}}}"),
                "/livez" => HttpAnswer.Json(alive, $"{{{times}}}"),
                _ => new HttpAnswer(404, "/healthz or /livez\n"),
            };
        }
    }

    private static string Text(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
}
