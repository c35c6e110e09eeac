using Microsoft.Extensions.Logging;

namespace Weft.Lab.Pods;

/// <summary>Settings of a <see cref="PodRunner"/>.</summary>
public sealed record PodRunnerOptions
{
    /// <summary>Whether pods with policy ClusterFirst ask the cluster's DNS, which ConfigMap kube-system/weft-config tells of; else the node's resolver.</summary>
    public bool HasClusterDns { get; init; }

    /// <summary>How often the node's Lease is renewed; the kubelet's default is 10 s, a quarter of the lease's 40 s.</summary>
    public TimeSpan LeaseInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Labels for the Node, such as topology.kubernetes.io/zone.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where problems of the runner itself go; those of pods become Events.</summary>
    public ILogger? Logger { get; init; }
}
