using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Weft.Compilers.Clusters;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Node.Status;

/// <summary>Brings a turn's result back to the objects: the Node's condition NetworkUnavailable, and an Event for every new problem.</summary>
/// <remarks>
/// Reporting never holds up the datapath: the newest report waits until the API server takes it. Problems of other nodes are
/// left to those nodes' agents, and only logged.
/// </remarks>
internal sealed class StatusReporter(KubeClient client, EventRecorder events, string nodeName, ILogger logger, TimeProvider time)
{
    private const string ConditionType = "NetworkUnavailable";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly ProblemReporter _problems = new(events, logger);
    private readonly ChangeSignal _changed = new();
    private volatile Condition? _wanted;

    /// <summary>Notes the result of a turn.</summary>
    public void Report(TurnResult result, ClusterSnapshot cluster)
    {
        _problems.Report(result.Problems, problem => Find(problem, cluster, nodeName));
        _wanted = ToCondition(result.Unserved);
        var shown = Self(cluster, nodeName)?.Status.Conditions.Find(ConditionType);
        if (!Says(shown, _wanted))
            _changed.Set();
    }

    /// <summary>Whether the shown condition needs no word of ours. Who gives out ranges knows best why there is none, and two writers would never end.</summary>
    private static bool Says(Condition? shown, Condition wanted) =>
        (shown is { Status: "True" } && wanted is { Status: "True", Reason: "PodCIDRMissing" })
        || (shown is not null && (shown.Status, shown.Reason, shown.Message) == (wanted.Status, wanted.Reason, wanted.Message));

    private static Condition ToCondition(Problem? unserved) => unserved is null
        ? new Condition { Type = ConditionType, Status = "False", Reason = "WeftIsUp", Message = "Weft has programmed routes and masquerade of this node" }
        : new Condition { Type = ConditionType, Status = "True", Reason = unserved.Reason, Message = unserved.Message };

    /// <summary>Sends conditions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _changed.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                await SendAsync(_wanted!, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error)
            {
                Log.StatusNotSent(logger, nodeName, error.Message);
                if (error.IsNotFound)
                    continue;
                await Task.Delay(Retry, time, cancel).ConfigureAwait(false);
                _changed.Set();
            }
        }
    }

    /// <summary>Sends only our condition: the kubelet writes others beside it.</summary>
    private async Task SendAsync(Condition wanted, CancellationToken cancel)
    {
        var node = await client.GetAsync<KubeNode>(null, nodeName, cancel).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var condition = node.Status.Conditions.With(wanted with { LastHeartbeatTime = now }, now).Find(ConditionType)!;
        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["conditions"] = new JsonArray(System.Text.Json.JsonSerializer.SerializeToNode(condition, KubeJson.TypeOf<Condition>())) },
        };
        await client.PatchStatusAsync<KubeNode>(null, nodeName, patch, PatchKind.StrategicMerge, cancel).ConfigureAwait(false);
    }

    /// <summary>The object that a problem names, as far as it is this node's to speak of: its own Node, and the cluster's settings.</summary>
    public static ObjectReference? Find(Problem problem, ClusterSnapshot cluster, string nodeName)
    {
        if (problem.Object == $"Node {nodeName}" && Self(cluster, nodeName) is { } node)
            return ObjectReference.To(node);
        return problem.Object == ClusterSettingsParser.ObjectName && cluster.Configuration is { } configuration ? ObjectReference.To(configuration) : null;
    }

    private static KubeNode? Self(ClusterSnapshot cluster, string nodeName) => cluster.Nodes.FirstOrDefault(node => node.Metadata.Name == nodeName);
}
