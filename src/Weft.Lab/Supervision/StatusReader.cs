using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Control;
using Weft.Lab.Host;
using Weft.Lab.Publishing;

namespace Weft.Lab.Supervision;

/// <summary>Reads a lab's status from its API server and its own parts.</summary>
public sealed class StatusReader(Cluster cluster, KubeClient client, Publisher publisher)
{
    private static readonly Dictionary<string, string> NoWarnings = [];

    /// <summary>The status now.</summary>
    public async Task<LabStatus> ReadAsync(CancellationToken ct)
    {
        var nodes = await client.ListAsync<Node>(cancel: ct).ConfigureAwait(false);
        var pods = (await client.ListAsync<Pod>(cancel: ct).ConfigureAwait(false)).Items;
        var warnings = pods.All(pod => pod.IsReady()) ? NoWarnings : await WarningsAsync(client, ct).ConfigureAwait(false);
        var status = new ClusterReport(
            cluster.Spec.Name,
            [.. cluster.Nodes.Select(node => Of(node, nodes.Items.FirstOrDefault(item => item.Metadata.Name == node.Name)))],
            [.. pods.OrderBy(pod => pod.Metadata.Namespace, StringComparer.Ordinal).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).Select(pod => Of(pod, warnings))],
            [Supervisor(), .. cluster.Nodes.Select(Agent)],
            publisher.Ports);
        return new LabStatus(cluster.Spec.Name, [status]);
    }

    /// <summary>Why a pod is not Ready, in the words of what holds it up; null when there is nothing to say.</summary>
    public static string? Reason(Pod pod)
    {
        if (pod.IsTerminating())
            return "Terminating";
        foreach (var container in pod.Status.InitContainerStatuses.Concat(pod.Status.ContainerStatuses))
        {
            if (container.State?.Waiting is { Reason: { } reason } waiting && reason != "PodInitializing" && reason != "ContainerCreating")
                return waiting.Message is { Length: > 0 } text ? $"{reason}: {text}" : reason;
            if (container.State?.Terminated is { ExitCode: not 0 } ended)
                return $"container {container.Name} ended with exit code {ended.ExitCode}";
        }

        var scheduled = pod.Status.Conditions.Find("PodScheduled");
        return scheduled?.Status == "False" ? $"{scheduled.Reason}: {scheduled.Message}" : pod.Status.Message;
    }

    private static NodeReport Of(ClusterNode world, Node? node) => new(
        world.Name,
        world.Addresses[0].ToString(),
        [.. world.Addresses.Select(address => address.ToString())],
        node is null ? [] : [.. node.Spec.PodCIDRs],
        node?.Status.Conditions.IsTrue("Ready") ?? false,
        node is null ? "not registered" : node.Status.Conditions.Find("Ready") is { Status: not "True" } ready ? ready.Message ?? ready.Reason : null);

    /// <summary>The newest warning about each pod, by the pod's uid.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> WarningsAsync(KubeClient client, CancellationToken ct)
    {
        var events = await client.ListAsync<EventObject>(options: new ListOptions { FieldSelector = "type=Warning" }, cancel: ct).ConfigureAwait(false);
        return events.Items
            .Where(e => e.InvolvedObject is { Kind: "Pod", Uid: not null })
            .GroupBy(e => e.InvolvedObject.Uid!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.MaxBy(e => e.LastTimestamp ?? e.EventTime) is { } e ? $"{e.Reason}: {e.Message}" : "", StringComparer.Ordinal);
    }

    private static PodReport Of(Pod pod, IReadOnlyDictionary<string, string> warnings) => new(
        pod.Metadata.Namespace ?? "default",
        pod.Metadata.Name,
        pod.Spec.NodeName,
        pod.Status.PodIP,
        [.. pod.Status.PodIPs.Select(address => address.Ip)],
        pod.Status.Phase ?? "Pending",
        pod.IsReady(),
        pod.Status.ContainerStatuses.Sum(container => container.RestartCount),
        pod.IsReady() ? null : Reason(pod) ?? warnings.GetValueOrDefault(pod.Metadata.Uid ?? ""));

    private static PartReport Supervisor() =>
        new("supervisor and API server", Environment.ProcessId, Healthy: true, HostProcess.ResidentBytes(Environment.ProcessId), Message: null);

    private static PartReport Agent(ClusterNode node)
    {
        var pid = node.Agent?.Pid ?? 0;
        var message = node.World is null ? "the node is stopped" : node.Agent?.Message;
        return new PartReport($"agent of {node.Name}", pid, message is null, pid == 0 ? 0 : HostProcess.ResidentBytes(pid), message);
    }
}
