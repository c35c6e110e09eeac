using Weft.Cni.Runtime;
using Weft.Model;

namespace Weft.Lab.Pods.Sandboxes;

/// <summary>A pod's place on the network.</summary>
/// <param name="Id">As runtimes name sandboxes: 64 hexadecimal digits.</param>
/// <param name="Netns">The namespace's name below the node's /run/netns; null when the pod uses the node's own.</param>
/// <param name="Path">The namespace as we can open it.</param>
/// <param name="Addresses">The pod's addresses, the main one first.</param>
internal sealed record Sandbox(string Id, string? Netns, string Path, EquatableArray<IpAddress> Addresses)
{
    /// <summary>What undoes the attachment; null when there is none.</summary>
    public (NetworkConfigList Network, ContainerAttachment Container)? Attachment { get; init; }
}
