using Weft.Kubernetes;

namespace Weft.Compilers.Policies;

/// <summary>A namespace: its labels, the scopes of terms that reach it, and the groups of pods in it.</summary>
internal sealed class NamespaceState(string name)
{
    private const string NameLabel = "kubernetes.io/metadata.name";
    private const string AuditAnnotation = "weft/policy-audit";

    public string Name { get; } = name;

    /// <summary>Its labels; the one with its name is there even where the object does not show it, as API servers set it always.</summary>
    public StringMap Labels { get; private set; } = StringMap.Of((NameLabel, name));

    /// <summary>Whether its policies are reported rather than enforced.</summary>
    public bool IsAudited { get; private set; }

    public List<TermScope> Scopes { get; } = [];

    public Dictionary<(StringMap Labels, Model.EquatableArray<PodPort> Ports), PodGroup> Groups { get; } = [];

    /// <summary>Takes over an object, or null for one that is gone.</summary>
    /// <returns>Whether labels changed, and whether audit did.</returns>
    public (bool Labels, bool Audit) Read(Namespace? source)
    {
        var labels = (source?.Metadata.Labels ?? default).With(NameLabel, Name);
        var audited = IsAuditedBy(source?.Metadata);
        var changed = (labels != Labels, audited != IsAudited);
        (Labels, IsAudited) = (labels, audited);
        return changed;
    }

    /// <summary>Whether an object asks that its policies be reported rather than enforced.</summary>
    public static bool IsAuditedBy(ObjectMeta? metadata) => metadata?.Annotations.Find(AuditAnnotation) == "true";
}
