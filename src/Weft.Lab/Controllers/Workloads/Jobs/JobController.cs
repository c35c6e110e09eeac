using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Runs the pods of Jobs until enough have succeeded or too many failed, and deletes Jobs whose time after that is over.</summary>
internal sealed class JobController(ControllerContext context) : Controller(context)
{
    private const string Manager = "kubernetes.io/job-controller";

    public override string Name => "job";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Jobs.OnChange(signal);
        Cluster.Pods.OnObject((before, after) =>
        {
            if ((after ?? before)!.Controller()?.Kind == Job.Resource.Kind || JobPod.IsHeld((after ?? before)!))
                signal.Set();
        });
        return Task.WhenAll(Cluster.Jobs.Synced, Cluster.Pods.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items.Values.Where(pod => pod.Controller()?.Kind == Job.Resource.Kind || JobPod.IsHeld(pod))
            .ToLookup(pod => pod.Controller()?.Uid ?? "", StringComparer.Ordinal);
        foreach (var job in Cluster.Jobs.Items.Values.Where(job => job.Spec.ManagedBy is null or Manager).OrderBy(job => job.Key()))
            await turn.TryAsync($"job {job.Key()}", () => AttendAsync(job, [.. pods[job.Metadata.Uid ?? ""]], turn, cancel)).ConfigureAwait(false);
        var known = Cluster.Jobs.Items.Values.Select(job => job.Metadata.Uid).ToHashSet();
        foreach (var orphans in pods.Where(group => !known.Contains(group.Key)))
            await turn.TryAsync("pods whose job is gone", () => ReleaseAsync(orphans, cancel)).ConfigureAwait(false);
    }

    private async Task AttendAsync(Job job, IReadOnlyCollection<Pod> pods, Turn turn, CancellationToken cancel)
    {
        if (job.IsTerminating())
        {
            await ReleaseAsync(pods.Where(pod => pod.IsTerminating() || pod.IsFinished()), cancel).ConfigureAwait(false);
            return;
        }

        var plan = JobPlan.For(job, pods, Context.Now);
        var stored = await Context.PatchStatusAsync(Cluster.Jobs, job, job with { Status = plan.Status }, cancel).ConfigureAwait(false);
        Tell(job, stored);
        await ReleaseAsync(pods.Where(pod => JobAccounts.IsNoted(stored.Status, pod)), cancel).ConfigureAwait(false);
        await Turn.ForEachAsync(plan.Delete, pod => DeleteAsync(job, pod, cancel), cancel).ConfigureAwait(false);
        await Turn.ForEachAsync(plan.Create, index => CreateAsync(job, index, cancel), cancel).ConfigureAwait(false);
        if (plan.Wait is { } wait)
            turn.After(wait);
        await ExpireAsync(stored, turn, cancel).ConfigureAwait(false);
    }

    private async Task ExpireAsync(Job job, Turn turn, CancellationToken cancel)
    {
        if (!JobPlan.IsFinished(job.Status) || job.Status.UncountedTerminatedPods is not null || JobPlan.Expiry(job) is not { } expiry)
            return;
        if (expiry > Context.Now)
            turn.After(expiry - Context.Time.GetUtcNow());
        else
            await Context.DeleteAsync(Cluster.Jobs, job, new DeleteOptions { PropagationPolicy = "Background" }, cancel).ConfigureAwait(false);
    }

    /// <summary>Lets go of pods that are counted or that nobody counts.</summary>
    private Task ReleaseAsync(IEnumerable<Pod> pods, CancellationToken cancel) => Turn.ForEachAsync(pods.Where(JobPod.IsHeld), async pod =>
    {
        var kept = pod.Metadata.Finalizers.Where(finalizer => finalizer != JobPod.Finalizer).ToEquatableArray();
        try
        {
            var freed = await Context.PatchAsync(Cluster.Pods, pod, pod with { Metadata = pod.Metadata with { Finalizers = kept } }, cancel).ConfigureAwait(false);
            if (freed.IsTerminating() && kept.Count == 0 && freed.Metadata.DeletionGracePeriodSeconds is 0)
                Cluster.Pods.ObserveDeleted(freed);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            Cluster.Pods.ObserveDeleted(pod);
        }
    }, cancel);

    private void Tell(Job before, Job after)
    {
        foreach (var condition in after.Status.Conditions.Where(condition => before.Status.Conditions.Find(condition.Type)?.Status != condition.Status))
        {
            if (condition.Type == "Complete")
                Context.Events.Normal(after, "Completed", "Job completed");
            else if (condition.Type == "Failed")
                Context.Events.Warning(after, condition.Reason ?? "Failed", condition.Message ?? "");
            else if (condition.Type == "Suspended")
                Context.Events.Normal(after, condition.Status == "True" ? "Suspended" : "Resumed", condition.Message ?? "");
        }
    }

    private async Task CreateAsync(Job job, int? index, CancellationToken cancel)
    {
        try
        {
            var pod = await Context.CreateAsync(Cluster.Pods, job.Metadata.Namespace, JobPod.Of(job, index), cancel).ConfigureAwait(false);
            Context.Events.Normal(job, "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}");
        }
        catch (KubeApiException error) when (!error.IsNotFound && !error.IsConflict)
        {
            Context.Events.Warning(job, "FailedCreate", $"Error creating: {error.Message}");
            throw;
        }
    }

    private async Task DeleteAsync(Job job, Pod pod, CancellationToken cancel)
    {
        if (await Context.DeleteAsync(Cluster.Pods, pod, new DeleteOptions(), cancel).ConfigureAwait(false))
            Context.Events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
    }
}
