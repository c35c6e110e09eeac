using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Node.Proxy.Watching;

/// <summary>When the pods behind changed slices changed: from there on upstream counts how long a network takes to be programmed.</summary>
/// <param name="started">Earlier changes are not counted.</param>
internal sealed class TriggerTimes(DateTimeOffset started)
{
    /// <summary>The annotation in which the controller of slices notes the time.</summary>
    public const string Annotation = "endpoints.kubernetes.io/last-change-trigger-time";

    // A sample of this many tells the same as all of them.
    private const int Most = 4096;

    private List<DateTimeOffset> _times = [];

    /// <summary>Notes a change of a slice.</summary>
    public void Note(EndpointSlice? before, EndpointSlice? after)
    {
        var text = after?.Metadata.Annotations.Find(Annotation);
        if (text is null || text == before?.Metadata.Annotations.Find(Annotation) || _times.Count >= Most)
            return;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time >= started)
            _times.Add(time);
    }

    /// <summary>The times noted since the last call.</summary>
    public IReadOnlyList<DateTimeOffset> Take()
    {
        if (_times.Count == 0)
            return [];
        var taken = _times;
        _times = [];
        return taken;
    }
}
