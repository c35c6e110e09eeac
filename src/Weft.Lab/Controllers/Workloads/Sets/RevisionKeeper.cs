using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the history of StatefulSets and DaemonSets: a ControllerRevision for every template they have had.</summary>
/// <param name="context">What controllers work with.</param>
/// <param name="hashLabel">The label of a revision that holds the hash of its template; each kind has its own.</param>
internal sealed class RevisionKeeper(ControllerContext context, string hashLabel)
{
    private const int MostCollisions = 10;

    /// <summary>Notes the present template of a workload, unless it is going.</summary>
    /// <remarks>A template that comes back (<c>rollout undo</c>) becomes the newest revision.</remarks>
    public async Task<TemplateHistory> FollowAsync<T>(T owner, LabelSelector? selector, PodTemplate template, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var kept = await ClaimAsync(owner, selector, cancel).ConfigureAwait(false);
        var (data, newest) = (RevisionData.Of(template), kept.LastOrDefault());
        var update = kept.FindLast(revision => revision.Data == data);
        if (update is null)
        {
            var made = Make(owner, template, data, (newest?.Revision ?? 0) + 1, collisions: 0);
            update = owner.IsTerminating() ? made : await StoreAsync(owner, template, made, cancel).ConfigureAwait(false);
            kept.Add(update);
        }
        else if (update != newest && !owner.IsTerminating())
        {
            kept.Remove(update);
            update = await context.PatchAsync(context.Cluster.ControllerRevisions, update, update with { Revision = newest!.Revision + 1 }, cancel).ConfigureAwait(false);
            kept.Add(update);
        }

        return new TemplateHistory(kept, update);
    }

    /// <summary>Deletes what a history need not keep.</summary>
    public async Task PruneAsync(TemplateHistory history, int limit, Func<ControllerRevision, bool> isNeeded, CancellationToken cancel)
    {
        foreach (var revision in history.Surplus(limit, isNeeded))
            await context.DeleteAsync(context.Cluster.ControllerRevisions, revision, new DeleteOptions(), cancel).ConfigureAwait(false);
    }

    /// <summary>The revisions of a workload, oldest first, orphans that match taken in.</summary>
    private async Task<List<ControllerRevision>> ClaimAsync<T>(T owner, LabelSelector? selector, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var mine = new List<ControllerRevision>();
        foreach (var revision in context.Cluster.ControllerRevisions.Items.Values.Where(revision => revision.Metadata.Namespace == owner.Metadata.Namespace))
        {
            var controller = revision.Controller();
            if (controller?.Uid == owner.Metadata.Uid)
                mine.Add(revision);
            else if (controller is null && IsFree(revision) && await context.IsStayingAsync(owner, cancel).ConfigureAwait(false))
                mine.Add(await AdoptAsync(owner, revision, cancel).ConfigureAwait(false));
        }

        bool IsFree(ControllerRevision revision) =>
            !revision.IsTerminating() && !owner.IsTerminating() && selector is { IsEmpty: false } && selector.Matches(revision.Metadata.Labels);
        return [.. mine.OrderBy(revision => revision.Revision).ThenBy(revision => revision.Metadata.CreationTimestamp).ThenBy(revision => revision.Metadata.Name, StringComparer.Ordinal)];
    }

    private Task<ControllerRevision> AdoptAsync<T>(T owner, ControllerRevision revision, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        EquatableArray<OwnerReference> owners = [.. (IEnumerable<OwnerReference>)revision.Metadata.OwnerReferences, OwnerReference.ControllerOf(owner)];
        return context.PatchAsync(context.Cluster.ControllerRevisions, revision, revision with { Metadata = revision.Metadata with { OwnerReferences = owners } }, cancel);
    }

    /// <summary>Stores a revision; where another template has taken its name, under the next one.</summary>
    private async Task<ControllerRevision> StoreAsync<T>(T owner, PodTemplate template, ControllerRevision wanted, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        for (var collisions = 0; ; collisions++)
        {
            var revision = Make(owner, template, wanted.Data, wanted.Revision, collisions);
            try
            {
                return await context.CreateAsync(context.Cluster.ControllerRevisions, owner.Metadata.Namespace, KubeJson.ToJson(revision), cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error) when (error.IsAlreadyExists && collisions < MostCollisions)
            {
                var there = await context.Client.TryGetAsync<ControllerRevision>(owner.Metadata.Namespace, revision.Metadata.Name, cancel).ConfigureAwait(false);
                if (there?.Controller()?.Uid == owner.Metadata.Uid && there?.Data == revision.Data)
                    return there;
            }
        }
    }

    private ControllerRevision Make<T>(T owner, PodTemplate template, JsonText data, long number, int collisions)
        where T : class, IKubeObject<T>
    {
        var hash = TemplateHash.Of(template, collisions);
        var metadata = new ObjectMeta
        {
            Name = $"{owner.Metadata.Name}-{hash}",
            Namespace = owner.Metadata.Namespace,
            Labels = template.Labels.With(hashLabel, hash),
            Annotations = owner.Metadata.Annotations,
            OwnerReferences = [OwnerReference.ControllerOf(owner)],
        };
        return new ControllerRevision { Metadata = metadata, Data = data, Revision = number };
    }
}
