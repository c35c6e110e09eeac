using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>How a Job ends: pure.</summary>
/// <param name="Succeeded">Whether it has done what it was to do.</param>
/// <param name="Reason">Upstream's word.</param>
/// <param name="Message">Upstream's sentence.</param>
internal sealed record JobVerdict(bool Succeeded, string? Reason, string? Message)
{
    /// <summary>What is said while pods still run, in the order in which it is looked for.</summary>
    private static readonly (string Target, bool Succeeded)[] Targets = [("FailureTarget", false), ("SuccessCriteriaMet", true)];

    /// <summary>The condition that is set at once.</summary>
    public string Target => Succeeded ? "SuccessCriteriaMet" : "FailureTarget";

    /// <summary>The condition that is set when no pod runs any more.</summary>
    public string Final => Succeeded ? "Complete" : "Failed";

    /// <summary>The verdict; null while the Job goes on.</summary>
    /// <param name="job">The Job.</param>
    /// <param name="status">Its status with all pods that have ended.</param>
    /// <param name="active">The pods that run or are about to.</param>
    /// <param name="now">The time that decides about the deadline.</param>
    public static JobVerdict? Of(Job job, JobStatus status, IReadOnlyCollection<Pod> active, DateTimeOffset now)
    {
        foreach (var (target, succeeded) in Targets)
        {
            if (status.Conditions.Find(target) is { Status: "True" } said)
                return new JobVerdict(succeeded, said.Reason, said.Message);
        }

        if (IsPastBackoff(job, status, active))
            return new JobVerdict(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (job.Spec.ActiveDeadlineSeconds is { } seconds && !job.Spec.Suspend && status.StartTime + TimeSpan.FromSeconds(seconds) <= now)
            return new JobVerdict(false, "DeadlineExceeded", "Job was active longer than specified deadline");
        return IsDone(job, status, active.Count) ? new JobVerdict(true, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    private static bool IsDone(Job job, JobStatus status, int active)
    {
        if (job.Spec.Completions is not { } completions)
            return JobAccounts.Succeeded(status) > 0 && active == 0;
        return (job.Spec.CompletionMode == "Indexed" ? IndexSet.Parse(status.CompletedIndexes).Count(index => index < completions) : JobAccounts.Succeeded(status)) >= completions;
    }

    /// <summary>Failed pods count; where containers start again in their pod, so do their restarts.</summary>
    private static bool IsPastBackoff(Job job, JobStatus status, IReadOnlyCollection<Pod> active)
    {
        var limit = job.Spec.BackoffLimit ?? 6;
        if (JobAccounts.Failed(status) > limit)
            return true;
        var restarts = active.Sum(pod => pod.Status.ContainerStatuses.Sum(container => container.RestartCount) + pod.Status.InitContainerStatuses.Sum(container => container.RestartCount));
        return restarts > 0 && restarts >= limit && job.Spec.Template.ToObject()["spec"]?["restartPolicy"]?.GetValue<string>() == "OnFailure";
    }
}
