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
public sealed class StatusReporter(KubeClient client, string nodeName, ILogger logger, TimeProvider time)
{
    private const string ConditionType = "NetworkUnavailable";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly EventRecorder _events = new(client, "weft-node", nodeName, logger);
    private readonly ChangeSignal _changed = new();
    private volatile Condition? _wanted;
    private EquatableArray<Problem> _known;

    /// <summary>Notes the result of a turn.</summary>
    public void Report(TurnResult result, ClusterSnapshot cluster)
    {
        foreach (var problem in result.Problems.Except(_known))
        {
            Log.Problem(logger, problem);
            if (About(problem, cluster) is { } about)
                _events.Record(about, "Warning", problem.Reason, problem.Message);
        }

        foreach (var problem in _known.Except(result.Problems))
            Log.Solved(logger, problem);
        _known = result.Problems;
        _wanted = ToCondition(result.Unserved);
        var shown = Self(cluster)?.Status.Conditions.Find(ConditionType);
        if (!Says(shown, _wanted))
            _changed.Set();
    }

    /// <summary>Whether the shown condition needs no word of ours. Who gives out ranges knows best why there is none, and two writers would never end.</summary>
    private static bool Says(Condition? shown, Condition wanted) =>
        (shown is { Status: "True" } && wanted is { Status: "True", Reason: "PodCIDRMissing" })
        || (shown is not null && (shown.Status, shown.Reason, shown.Message) == (wanted.Status, wanted.Reason, wanted.Message));

    /// <summary>Sends reports until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_events.RunAsync(cancel), SendConditionsAsync(cancel));

    private static Condition ToCondition(Problem? unserved) => unserved is null
        ? new Condition { Type = ConditionType, Status = "False", Reason = "WeftIsUp", Message = "Weft has programmed routes and masquerade of this node" }
        : new Condition { Type = ConditionType, Status = "True", Reason = unserved.Reason, Message = unserved.Message };

    private async Task SendConditionsAsync(CancellationToken cancel)
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

    private ObjectReference? About(Problem problem, ClusterSnapshot cluster)
    {
        if (problem.Object == $"Node {nodeName}" && Self(cluster) is { } node)
            return ObjectReference.To(node);
        return problem.Object == ClusterSettingsParser.ObjectName && cluster.Configuration is { } configuration ? ObjectReference.To(configuration) : null;
    }

    private KubeNode? Self(ClusterSnapshot cluster) => cluster.Nodes.FirstOrDefault(node => node.Metadata.Name == nodeName);
}
