using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Which pods belong to a workload: orphans that match are taken in, and pods that match no longer are let go.</summary>
internal sealed class PodClaims(ControllerContext context)
{
    /// <summary>The pods of a workload.</summary>
    /// <param name="owner">The workload; one that is going takes nothing in and lets nothing go.</param>
    /// <param name="selector">What its pods match.</param>
    /// <param name="pods">The pods of its namespace that it may have.</param>
    /// <param name="fits">What else an orphan has to be.</param>
    /// <param name="cancel">Ends it early.</param>
    public async Task<List<Pod>> OfAsync<T>(T owner, LabelSelector? selector, IEnumerable<Pod> pods, Func<Pod, bool> fits, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var mine = new List<Pod>();
        foreach (var pod in pods)
        {
            var controller = pod.Controller();
            var matches = selector is { IsEmpty: false } && selector.Matches(pod.Metadata.Labels) && fits(pod);
            if (controller is not null && controller.Uid != owner.Metadata.Uid)
                continue;
            if (controller is not null && (matches || owner.IsTerminating() || pod.IsTerminating()))
                mine.Add(pod);
            else if (controller is not null)
                await OwnAsync(pod, pod.Metadata.OwnerReferences.Where(other => other.Uid != owner.Metadata.Uid).ToEquatableArray(), cancel).ConfigureAwait(false);
            else if (matches && pod.IsActive() && !owner.IsTerminating() && await context.IsStayingAsync(owner, cancel).ConfigureAwait(false))
                mine.Add(await OwnAsync(pod, [.. (IEnumerable<OwnerReference>)pod.Metadata.OwnerReferences, OwnerReference.ControllerOf(owner)], cancel).ConfigureAwait(false));
        }

        return mine;
    }

    private Task<Pod> OwnAsync(Pod pod, EquatableArray<OwnerReference> owners, CancellationToken cancel) =>
        context.PatchAsync(context.Cluster.Pods, pod, pod with { Metadata = pod.Metadata with { OwnerReferences = owners } }, cancel);
}
