using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Node.Status;

/// <summary>Tells of problems once: a line and an Event when one is new, a line when it is solved.</summary>
/// <param name="events">Where Events go.</param>
/// <param name="logger">Where lines go.</param>
internal sealed class ProblemReporter(EventRecorder events, ILogger logger)
{
    private EquatableArray<Problem> _known;

    /// <summary>Notes the problems of now.</summary>
    /// <param name="problems">All of them.</param>
    /// <param name="find">The object that a problem names; null when there is none, or when it is not ours to speak of.</param>
    public void Report(EquatableArray<Problem> problems, Func<Problem, ObjectReference?> find)
    {
        if (problems == _known)
            return;
        var known = _known.ToHashSet();
        foreach (var problem in problems)
        {
            if (known.Remove(problem))
                continue;
            Log.Problem(logger, problem);
            if (find(problem) is { } about)
                events.Record(about, "Warning", problem.Reason, problem.Message);
        }

        foreach (var problem in known)
            Log.Solved(logger, problem);
        _known = problems;
    }
}
