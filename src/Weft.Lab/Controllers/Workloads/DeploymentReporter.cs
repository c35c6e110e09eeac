using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Writes the status of Deployments: counts and the conditions that <c>kubectl rollout status</c> waits for.</summary>
internal sealed class DeploymentReporter(ControllerContext context)
{
    /// <summary>Writes what changed.</summary>
    public async Task ReportAsync(DeploymentState state, Turn turn, CancellationToken cancel)
    {
        var deployment = state.Deployment;
        var updated = state.Count(state.Current);
        var all = state.All.Select(state.Count).Aggregate(default(PodCounts), (sum, next) =>
            new PodCounts(sum.Total + next.Total, sum.Ready + next.Ready, sum.Available + next.Available, 0));
        var status = deployment.Status with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = all.Total,
            UpdatedReplicas = updated.Total,
            ReadyReplicas = all.Ready,
            AvailableReplicas = all.Available,
            UnavailableReplicas = Math.Max(0, Math.Max(state.Desired, all.Total) - all.Available),
        };
        var conditions = Put(deployment.Status.Conditions, Available(state, all.Available));
        conditions = Progress(state, status, conditions, turn);
        conditions = state.Current?.Status.Conditions.Find("ReplicaFailure") is { } failure ? Put(conditions, failure) : conditions.Without("ReplicaFailure");
        await context.PatchStatusAsync(context.Cluster.Deployments, deployment, deployment with { Status = status with { Conditions = conditions } }, cancel)
            .ConfigureAwait(false);
    }

    private static Condition Available(DeploymentState state, int available) => available >= state.Desired - state.Unavailable
        ? New("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        : New("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");

    private EquatableArray<Condition> Progress(DeploymentState state, DeploymentStatus next, EquatableArray<Condition> conditions, Turn turn)
    {
        var old = conditions.Find("Progressing");
        if (state.Deployment.Spec.Paused)
            return Put(conditions, New("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"));
        if (old?.Reason == "DeploymentPaused")
            old = null;
        if (state.Current is null)
            return old is null ? Put(conditions, New("Progressing", "True", "ReplicaSetUpdated", "Deployment is progressing.")) : conditions;
        var name = $"ReplicaSet \"{state.Current.Metadata.Name}\"";
        if (next.UpdatedReplicas == state.Desired && next.Replicas == state.Desired && next.AvailableReplicas == state.Desired)
            return Put(conditions, New("Progressing", "True", "NewReplicaSetAvailable", $"{name} has successfully progressed."));
        if (old is null || old.Reason == "NewReplicaSetAvailable" || old.Message?.Contains(name, StringComparison.Ordinal) is not true || Advanced(state.Deployment.Status, next))
        {
            WaitForDeadline(state, context.Now, turn);
            return Put(conditions, New("Progressing", "True", "ReplicaSetUpdated", $"{name} is progressing."), touch: true);
        }

        if (state.Deployment.Spec.ProgressDeadlineSeconds is not { } seconds || old.Reason == "ProgressDeadlineExceeded")
            return conditions;
        if (context.Now < (old.LastUpdateTime ?? context.Now) + TimeSpan.FromSeconds(seconds))
        {
            WaitForDeadline(state, old.LastUpdateTime ?? context.Now, turn);
            return conditions;
        }

        return Put(conditions, New("Progressing", "False", "ProgressDeadlineExceeded", $"{name} has timed out progressing."));
    }

    private void WaitForDeadline(DeploymentState state, DateTimeOffset since, Turn turn)
    {
        if (state.Deployment.Spec.ProgressDeadlineSeconds is > 0 and < int.MaxValue and var seconds)
            turn.After(since + TimeSpan.FromSeconds(seconds) - context.Time.GetUtcNow());
    }

    private static bool Advanced(DeploymentStatus old, DeploymentStatus next) =>
        next.UpdatedReplicas > old.UpdatedReplicas || next.ReadyReplicas > old.ReadyReplicas || next.AvailableReplicas > old.AvailableReplicas
        || next.Replicas - next.UpdatedReplicas < old.Replicas - old.UpdatedReplicas;

    /// <summary>Puts a condition in; its update time moves only when it says something new, or when <paramref name="touch"/> asks for it.</summary>
    private EquatableArray<Condition> Put(EquatableArray<Condition> conditions, Condition condition, bool touch = false)
    {
        var old = conditions.Find(condition.Type);
        if (!touch && old is not null && (old.Status, old.Reason, old.Message) == (condition.Status, condition.Reason, condition.Message))
            return conditions;
        return conditions.With(condition with { LastUpdateTime = context.Now }, context.Now);
    }

    private static Condition New(string type, string status, string reason, string message) =>
        new() { Type = type, Status = status, Reason = reason, Message = message };
}
