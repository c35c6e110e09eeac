using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Node.Policies;

/// <summary>A pod's network as the CNI plugin tells of it, before the API server knows its addresses.</summary>
/// <param name="Id">What the plugin knows it by: the network, the container and its interface.</param>
/// <param name="Pod">Namespace and name of the pod.</param>
/// <param name="Uid">Which pod of that name; null where the runtime does not say.</param>
/// <param name="Addresses">Its addresses.</param>
internal sealed record PodAttachment(string Id, ObjectKey Pod, string? Uid, EquatableArray<IpAddress> Addresses)
{
    /// <summary>Whether it is that pod's, and not a former or later one's of the same name.</summary>
    public bool IsOf(PolicyPod pod) => pod.Key() == Pod && (Uid is null || Uid == pod.RuntimeUid);
}
