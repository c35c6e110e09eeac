using Weft.ApiServer.Streaming;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Supervision;

/// <summary>The nodes of a lab's cluster; leads exec and logs to the node that runs the pod.</summary>
public sealed class Cluster : IPodRuntime
{
    private readonly Dictionary<string, ClusterNode> _nodes;

    /// <summary>Names the nodes and their addresses; nothing is started yet.</summary>
    public Cluster(LabDirectory directory, LabSpec spec, Underlay underlay)
    {
        Directory = directory;
        Spec = spec;
        _nodes = spec.NodeNames
            .Select((name, index) => new ClusterNode(name, underlay.PlacesOf(index), spec.LabelsOf(index), spec.NodeMonitorGracePeriod, directory))
            .ToDictionary(node => node.Name, StringComparer.Ordinal);
    }

    /// <summary>The lab's folder.</summary>
    public LabDirectory Directory { get; }

    /// <summary>What the lab was asked to be.</summary>
    public LabSpec Spec { get; }

    /// <summary>The nodes in order of their number.</summary>
    public IEnumerable<ClusterNode> Nodes => Spec.NodeNames.Select(name => _nodes[name]);

    /// <summary>Runs every node until cancelled.</summary>
    public IEnumerable<Task> Run(KubeClient client, CancellationToken ct) => Nodes.Select(node => Task.Run(() => node.RunAsync(client, ct), ct));

    /// <summary>The node of that name.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public ClusterNode Node(string name) => _nodes.GetValueOrDefault(name)
        ?? throw new LabException($"there is no node '{name}': the lab has {string.Join(", ", Spec.NodeNames)}");

    /// <summary>The node that runs a pod.</summary>
    /// <exception cref="LabException">No node runs it.</exception>
    public ClusterNode NodeOf(string space, string pod) => Nodes.FirstOrDefault(node => node.Pods?.Runs(space, pod) ?? false)
        ?? throw new LabException($"no node runs the pod {space}/{pod}: `weft status` lists the pods");

    /// <inheritdoc/>
    public Task<IExecSession> ExecAsync(string ns, string pod, string? container, ExecRequest request, CancellationToken ct) =>
        NodeOf(ns, pod).Pods!.ExecAsync(ns, pod, container, request, ct);

    /// <inheritdoc/>
    public Task LogsAsync(string ns, string pod, string? container, LogRequest request, Stream output, CancellationToken ct) =>
        NodeOf(ns, pod).Pods!.LogsAsync(ns, pod, container, request, output, ct);
}
