using System.Diagnostics;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Supervision;

namespace Weft.Lab.Host;

/// <summary>Waits until a cluster has become what its objects say.</summary>
public static class Readiness
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    /// <summary>Waits until all nodes are Ready, so that the pods which come then spread over all of them.</summary>
    /// <returns>Null when they are, else what is not.</returns>
    public static Task<string?> WaitForNodesAsync(KubeClient client, int nodes, TimeSpan limit, Action<string> tell, CancellationToken ct) =>
        WaitAsync(token => NodesMissingAsync(client, nodes, token), limit, tell, ct);

    /// <summary>Waits until all nodes and pods are Ready and all Deployments are rolled out.</summary>
    /// <param name="client">Of the cluster.</param>
    /// <param name="nodes">Number of nodes that must be Ready.</param>
    /// <param name="limit">How long; zero does not wait.</param>
    /// <param name="tell">Told what is waited for.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>Null when all is Ready, else what is not.</returns>
    public static Task<string?> WaitAsync(KubeClient client, int nodes, TimeSpan limit, Action<string> tell, CancellationToken ct) =>
        WaitAsync(token => MissingAsync(client, nodes, token), limit, tell, ct);

    private static async Task<string?> WaitAsync(Func<CancellationToken, Task<string?>> ask, TimeSpan limit, Action<string> tell, CancellationToken ct)
    {
        if (limit == TimeSpan.Zero)
            return null;
        var clock = Stopwatch.StartNew();
        while (await ask(ct).ConfigureAwait(false) is { } missing)
        {
            if (clock.Elapsed > limit)
                return missing;
            tell($"waiting for {missing} … ({clock.Elapsed.TotalSeconds:0} s)");
            await Task.Delay(Pause, ct).ConfigureAwait(false);
        }

        return null;
    }

    private static async Task<string?> NodesMissingAsync(KubeClient client, int nodes, CancellationToken ct)
    {
        var known = (await client.ListAsync<Node>(cancel: ct).ConfigureAwait(false)).Items;
        var ready = known.Count(node => node.Status.Conditions.IsTrue("Ready"));
        if (ready >= nodes)
            return null;
        var sick = known.Select(node => (node.Metadata.Name, Ready: node.Status.Conditions.Find("Ready"))).FirstOrDefault(node => node.Ready is { Status: not "True" });
        return $"{nodes - ready} of {nodes} nodes{(sick.Ready?.Message is { } message ? $", {sick.Name}: {message}" : "")}";
    }

    private static async Task<string?> MissingAsync(KubeClient client, int nodes, CancellationToken ct)
    {
        if (await NodesMissingAsync(client, nodes, ct).ConfigureAwait(false) is { } sick)
            return sick;
        var pod = (await client.ListAsync<Pod>(cancel: ct).ConfigureAwait(false)).Items
            .FirstOrDefault(pod => !pod.IsReady() && pod.Status.Phase != "Succeeded" && !IsTried(pod));
        if (pod is not null)
            return $"pod {pod.Metadata.Namespace}/{pod.Metadata.Name}: {await WhyAsync(client, pod, ct).ConfigureAwait(false)}";
        var deployment = (await client.ListAsync<Deployment>(cancel: ct).ConfigureAwait(false)).Items.FirstOrDefault(d => !IsRolledOut(d));
        if (deployment is not null)
            return $"Deployment {deployment.Metadata.Namespace}/{deployment.Metadata.Name}: {deployment.Status.ReadyReplicas} of {deployment.Spec.Replicas ?? 1} ready";
        var set = (await client.ListAsync<ReplicaSet>(cancel: ct).ConfigureAwait(false)).Items.FirstOrDefault(s => s.Status.ReadyReplicas < (s.Spec.Replicas ?? 1));
        if (set is not null)
            return $"ReplicaSet {set.Metadata.Namespace}/{set.Metadata.Name}: {set.Status.ReadyReplicas} of {set.Spec.Replicas ?? 1} ready";
        return await NumberedMissingAsync(client, ct).ConfigureAwait(false) ?? await DaemonsMissingAsync(client, ct).ConfigureAwait(false)
            ?? await JobsMissingAsync(client, ct).ConfigureAwait(false);
    }

    // A Job whose pod failed makes another one, or says that it has failed itself.
    private static bool IsTried(Pod pod) => pod.Status.Phase == "Failed" && pod.Controller() is { Kind: "Job" };

    /// <summary>A Job is done with, or its pods run.</summary>
    private static async Task<string?> JobsMissingAsync(KubeClient client, CancellationToken ct)
    {
        var job = (await client.ListAsync<Job>(cancel: ct).ConfigureAwait(false)).Items.FirstOrDefault(job =>
            !job.Spec.Suspend && !job.Status.Conditions.IsTrue("Complete") && !job.Status.Conditions.IsTrue("Failed") && (job.Status.Ready ?? 0) == 0);
        return job is null ? null : $"Job {job.Metadata.Namespace}/{job.Metadata.Name}: {job.Status.Succeeded} of {job.Spec.Completions ?? 1} succeeded, {job.Status.Failed} failed";
    }

    private static async Task<string?> NumberedMissingAsync(KubeClient client, CancellationToken ct)
    {
        var set = (await client.ListAsync<StatefulSet>(cancel: ct).ConfigureAwait(false)).Items
            .FirstOrDefault(s => s.Status.ReadyReplicas < (s.Spec.Replicas ?? 1) || s.Status.ObservedGeneration != s.Metadata.Generation);
        return set is null ? null : $"StatefulSet {set.Metadata.Namespace}/{set.Metadata.Name}: {set.Status.ReadyReplicas} of {set.Spec.Replicas ?? 1} ready";
    }

    private static async Task<string?> DaemonsMissingAsync(KubeClient client, CancellationToken ct)
    {
        var set = (await client.ListAsync<DaemonSet>(cancel: ct).ConfigureAwait(false)).Items
            .FirstOrDefault(s => s.Status.NumberReady < s.Status.DesiredNumberScheduled || s.Status.ObservedGeneration != s.Metadata.Generation);
        return set is null ? null : $"DaemonSet {set.Metadata.Namespace}/{set.Metadata.Name}: {set.Status.NumberReady} of {set.Status.DesiredNumberScheduled} ready";
    }

    private static async Task<string> WhyAsync(KubeClient client, Pod pod, CancellationToken ct) =>
        StatusReader.Reason(pod)
        ?? (await StatusReader.WarningsAsync(client, ct).ConfigureAwait(false)).GetValueOrDefault(pod.Metadata.Uid ?? "")
        ?? pod.Status.Phase
        ?? "Pending";

    private static bool IsRolledOut(Deployment deployment) =>
        deployment.Spec.Paused
        || (deployment.Status.ObservedGeneration >= deployment.Metadata.Generation
            && deployment.Status.UpdatedReplicas == (deployment.Spec.Replicas ?? 1)
            && deployment.Status.Replicas == deployment.Status.UpdatedReplicas
            && deployment.Status.AvailableReplicas == deployment.Status.UpdatedReplicas);
}
