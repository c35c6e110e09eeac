using System.Net.Sockets;
using Weft.Kubernetes.Client;
using Weft.Lab.Control;
using Weft.Lab.Host;
using Weft.Lab.Probing;
using Weft.Lab.Publishing;
using Weft.Model.Policies;

namespace Weft.Lab.Supervision;

/// <summary>Answers what the command line asks of a running lab.</summary>
public sealed class ControlAnswers(Cluster cluster, KubeClient client, Publisher publisher)
{
    // The network that joins the nodes can be entered like one, to see the cluster from outside.
    private const string UnderlayName = "underlay";
    private const int LabInit = 1;

    /// <summary>Answers one request.</summary>
    public async Task<ControlReply> AnswerAsync(ControlRequest request, Socket? passed, CancellationToken ct)
    {
        switch (request.Verb)
        {
            case ControlVerb.Status:
                return new ControlReply { Status = await new StatusReader(cluster, client, publisher).ReadAsync(ct).ConfigureAwait(false) };
            case ControlVerb.Enter:
                return new ControlReply { Enter = Enter(request) };
            case ControlVerb.Probe:
                return new ControlReply { Report = await new ProbePlanner(cluster, client).RunAsync(request.Probe!, ct).ConfigureAwait(false) };
            case ControlVerb.Publish:
                publisher.Publish(passed ?? throw new LabException("no socket came with the request to publish"), request.Target!, ct);
                return new ControlReply();
            case ControlVerb.Agent:
                return new ControlReply { Passed = await ConnectToAgentAsync(request.Node!, ct).ConfigureAwait(false) };
            case ControlVerb.NodeStop:
                await cluster.Node(request.Node!).StopAsync().ConfigureAwait(false);
                return new ControlReply();
            case ControlVerb.NodeStart:
                await cluster.Node(request.Node!).StartAsync(ct).ConfigureAwait(false);
                return new ControlReply();
            case ControlVerb.NodePartition:
                Running(request.Node!).Partition();
                return new ControlReply();
            case ControlVerb.NodeHeal:
                Running(request.Node!).Heal();
                return new ControlReply();
            default:
                throw new LabException($"this lab does not know '{request.Verb}': it was started by another version of weft");
        }
    }

    private EnterReply Enter(ControlRequest request)
    {
        if (request.Node == UnderlayName)
            return new EnterReply(LabInit);
        if (request.Node is { } node)
            return new EnterReply(Running(node).InitPid);
        var pid = cluster.NodeOf(request.Namespace!, request.Pod!).Pods!.ContainerPid(request.Namespace!, request.Pod!, request.Container)
            ?? throw new LabException(
                request.Container is null
                    ? $"the pod {request.Namespace}/{request.Pod} has no running container: `weft status` says why"
                    : $"the pod {request.Namespace}/{request.Pod} has no running container '{request.Container}'");
        return new EnterReply(pid, HostProcess.EnvironmentOf(pid));
    }

    private async Task<Socket> ConnectToAgentAsync(string node, CancellationToken ct)
    {
        var path = Running(node).RootPath + StartingPods.Socket;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new LabException($"the agent of node '{node}' does not answer ({e.Message}): see {cluster.Node(node).Agent?.Log ?? "`weft status`"}", e);
        }
    }

    private Nodes.LabNode Running(string node) =>
        cluster.Node(node).World ?? throw new LabException($"the node '{node}' is stopped: `weft node start {node}` starts it");
}
