using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Controllers;

/// <summary>The annotations by which a Deployment and its ReplicaSets keep their history; <c>kubectl rollout</c> reads them.</summary>
internal static class Revisions
{
    public const string Revision = "deployment.kubernetes.io/revision";
    private const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    private const string MaximumReplicas = "deployment.kubernetes.io/max-replicas";

    private static readonly string[] NotCopied =
        ["kubectl.kubernetes.io/last-applied-configuration", Revision, "deployment.kubernetes.io/revision-history", DesiredReplicas, MaximumReplicas];

    /// <summary>The revision of a ReplicaSet, 0 when it has none.</summary>
    public static long Of(IKubeObject obj) =>
        long.TryParse(obj.Metadata.Annotations.Find(Revision), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    /// <summary>The size the Deployment had when this ReplicaSet was last sized; null when unknown.</summary>
    public static int? DesiredOf(ReplicaSet set) =>
        int.TryParse(set.Metadata.Annotations.Find(DesiredReplicas), NumberStyles.None, CultureInfo.InvariantCulture, out var desired) ? desired : null;

    /// <summary>Annotations that note a revision.</summary>
    public static StringMap WithRevision(this StringMap annotations, long revision) =>
        annotations.With(Revision, revision.ToString(CultureInfo.InvariantCulture));

    /// <summary>Annotations that note the Deployment's size.</summary>
    public static StringMap WithSize(this StringMap annotations, int desired, int surge) => annotations
        .With(DesiredReplicas, desired.ToString(CultureInfo.InvariantCulture))
        .With(MaximumReplicas, (desired + surge).ToString(CultureInfo.InvariantCulture));

    /// <summary>Annotations of a new ReplicaSet: those of the Deployment that are not about itself.</summary>
    public static StringMap Inherited(Deployment deployment) =>
        StringMap.Create([.. deployment.Metadata.Annotations.Where(entry => !NotCopied.Contains(entry.Key))]);
}
