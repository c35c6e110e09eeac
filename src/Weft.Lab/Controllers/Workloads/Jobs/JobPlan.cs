using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>What has to happen to the pods of a Job: pure.</summary>
/// <param name="Status">What is known now; to be written before anything else is done.</param>
/// <param name="Create">The numbers of the pods to make; null for one without.</param>
/// <param name="Delete">The pods that go.</param>
/// <param name="Wait">When time alone changes something; null when it does not.</param>
internal sealed record JobPlan(JobStatus Status, IReadOnlyList<int?> Create, IReadOnlyList<Pod> Delete, TimeSpan? Wait)
{
    /// <summary>The first wait after a failed pod and the longest; each failure doubles it. Upstream's.</summary>
    private static readonly (TimeSpan First, TimeSpan Longest) Backoff = (TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    /// <summary>Pods made for one Job in one turn; upstream's burst.</summary>
    private const int Burst = 500;

    public static JobPlan For(Job job, IReadOnlyCollection<Pod> pods, DateTimeOffset now)
    {
        var running = pods.Where(pod => !JobPod.HasEnded(pod)).ToLookup(pod => pod.IsTerminating());
        var (active, terminating) = (running[false].ToList(), running[true].Count());
        var status = JobAccounts.Note(job.Status, pods) with { Active = active.Count, Ready = active.Count(pod => pod.IsReady()), Terminating = terminating };
        if (IsFinished(status))
            return new JobPlan(status with { Active = 0, Ready = 0 }, [], [], null);
        status = Started(job, status, now);
        if (JobVerdict.Of(job, status, active, now) is { } verdict)
            return new JobPlan(Judged(status, verdict, active.Count + terminating == 0, now), [], active, null);
        var deadline = status.StartTime + TimeSpan.FromSeconds(job.Spec.ActiveDeadlineSeconds ?? int.MaxValue) - now;
        if (job.Spec.Suspend)
            return new JobPlan(status, [], active, null);
        var wanted = Wanted(job, status, active.Count);
        var delete = DeletionOrder.Of(active).Take(Math.Max(0, active.Count - wanted)).ToList();
        var missing = wanted - active.Count - (job.Spec.PodReplacementPolicy == "Failed" ? terminating : 0);
        if (missing > 0 && Pause(pods, now) is { } pause)
            return new JobPlan(status, [], delete, Sooner(pause, deadline));
        return new JobPlan(status, [.. Numbers(job, status, active).Take(Math.Clamp(missing, 0, Burst))], delete, job.Spec.ActiveDeadlineSeconds is null ? null : deadline);
    }

    public static bool IsFinished(JobStatus status) => status.Conditions.IsTrue("Complete") || status.Conditions.IsTrue("Failed");

    /// <summary>When a finished Job is to be deleted; null when it stays.</summary>
    public static DateTimeOffset? Expiry(Job job) => job.Spec.TtlSecondsAfterFinished is { } seconds
        ? (job.Status.Conditions.Find("Complete") ?? job.Status.Conditions.Find("Failed"))?.LastTransitionTime + TimeSpan.FromSeconds(seconds)
        : null;

    private static JobStatus Started(Job job, JobStatus status, DateTimeOffset now)
    {
        var suspended = status.Conditions.IsTrue("Suspended");
        if (job.Spec.Suspend)
            return suspended ? status : status with { StartTime = null, Conditions = Put(status, "Suspended", "True", "JobSuspended", "Job suspended", now) };
        if (suspended)
            return status with { StartTime = now, Conditions = Put(status, "Suspended", "False", "JobResumed", "Job resumed", now) };
        return status.StartTime is null ? status with { StartTime = now } : status;
    }

    private static JobStatus Judged(JobStatus status, JobVerdict verdict, bool quiet, DateTimeOffset now)
    {
        status = status with { Conditions = Put(status, verdict.Target, "True", verdict.Reason, verdict.Message, now) };
        if (!quiet || status.UncountedTerminatedPods is not null)
            return status;
        return status with
        {
            Conditions = Put(status, verdict.Final, "True", verdict.Reason, verdict.Message, now),
            CompletionTime = verdict.Succeeded ? now : null,
        };
    }

    private static int Wanted(Job job, JobStatus status, int active)
    {
        var (parallelism, succeeded) = (job.Spec.Parallelism ?? 1, JobAccounts.Succeeded(status));
        if (job.Spec.Completions is not { } completions)
            return succeeded > 0 ? active : parallelism;
        return Math.Min(parallelism, Math.Max(0, completions - (job.Spec.CompletionMode == "Indexed" ? IndexSet.Parse(status.CompletedIndexes).Count : succeeded)));
    }

    /// <summary>The numbers that new pods get, in their order.</summary>
    private static IEnumerable<int?> Numbers(Job job, JobStatus status, IEnumerable<Pod> active)
    {
        if (job.Spec.CompletionMode != "Indexed")
            return Enumerable.Repeat<int?>(null, Burst);
        var taken = IndexSet.Parse(status.CompletedIndexes);
        taken.UnionWith(active.Select(JobPod.IndexOf).OfType<int>());
        return Enumerable.Range(0, job.Spec.Completions ?? 0).Where(index => !taken.Contains(index)).Select(index => (int?)index);
    }

    /// <summary>How long no pod is made yet, since several have failed in a row; null when one may be.</summary>
    private static TimeSpan? Pause(IEnumerable<Pod> pods, DateTimeOffset now)
    {
        var ended = pods.Where(JobPod.HasEnded).OrderByDescending(pod => JobPod.EndedAt(pod)).ThenBy(JobPod.HasSucceeded).ToList();
        var failures = ended.TakeWhile(pod => !JobPod.HasSucceeded(pod)).Count();
        if (failures == 0 || JobPod.EndedAt(ended[0]) is not { } last)
            return null;
        var wait = failures > 6 ? Backoff.Longest : Backoff.First * Math.Pow(2, failures - 1);
        return last + (wait < Backoff.Longest ? wait : Backoff.Longest) - now is var left && left > TimeSpan.Zero ? left : null;
    }

    private static TimeSpan Sooner(TimeSpan left, TimeSpan? right) => right < left ? right.Value : left;

    private static EquatableArray<Condition> Put(JobStatus status, string type, string value, string? reason, string? message, DateTimeOffset now)
    {
        if (status.Conditions.Find(type)?.Status == value)
            return status.Conditions;
        return status.Conditions.With(new Condition { Type = type, Status = value, Reason = reason, Message = message, LastProbeTime = now }, now);
    }
}
