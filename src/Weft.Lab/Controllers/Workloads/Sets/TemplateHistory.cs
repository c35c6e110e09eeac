using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The templates that a workload has had.</summary>
/// <param name="Revisions">Those that are stored, oldest first.</param>
/// <param name="Update">That of the present template.</param>
internal sealed record TemplateHistory(IReadOnlyList<ControllerRevision> Revisions, ControllerRevision Update)
{
    /// <summary>The revision of that name, if it is kept.</summary>
    public ControllerRevision? Find(string? name) => Revisions.FirstOrDefault(revision => revision.Metadata.Name == name);

    /// <summary>What may go: the oldest beyond <paramref name="limit"/> of those that neither the workload nor a pod of it needs.</summary>
    public IEnumerable<ControllerRevision> Surplus(int limit, Func<ControllerRevision, bool> isNeeded)
    {
        var idle = Revisions.Where(revision => revision.Metadata.Name != Update.Metadata.Name && !isNeeded(revision)).ToList();
        return idle.Take(Math.Max(0, idle.Count - limit));
    }
}
