namespace Weft.Kubernetes;

/// <summary>One state of a workload's pod template: the history of StatefulSets and DaemonSets is made of them (<c>apps/v1</c>).</summary>
public sealed record ControllerRevision : KubeObject<ControllerRevision>, IKubeObject<ControllerRevision>
{
    public static ResourceType Resource { get; } = new("apps", "v1", "controllerrevisions", "ControllerRevision", Namespaced: true);

    /// <summary>The state, as a strategic merge patch of the workload.</summary>
    public JsonText Data { get; init; }

    /// <summary>The place in the history: the greatest is the newest.</summary>
    public long Revision { get; init; }
}
