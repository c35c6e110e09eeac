using System.Text.Json.Nodes;
using Weft.Cni.Plugins;

namespace Weft.Cni.Runtime;

/// <summary>A container that is to be on a network: what a runtime hands to every plugin of the chain.</summary>
public sealed record ContainerAttachment
{
    /// <summary>The container's id: a letter or digit, then those, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Path of its network namespace, as the plugins see it; may be empty on DEL when it is gone.</summary>
    public required string Netns { get; init; }

    /// <summary>Name of the interface inside.</summary>
    public string InterfaceName { get; init; } = "eth0";

    /// <summary>CNI_ARGS; Kubernetes runtimes pass <c>IgnoreUnknown=1</c> and <c>K8S_POD_NAME</c> and its like.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Arguments { get; init; } = [];

    /// <summary>Settings by capability (<c>mac</c>, <c>ips</c>, <c>portMappings</c>, …); a plugin gets those that it declares.</summary>
    public JsonObject? CapabilityArguments { get; init; }

    /// <summary>What the attachment is known by within its network.</summary>
    public Attachment Key => new(ContainerId, InterfaceName);
}
