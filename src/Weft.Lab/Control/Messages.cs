using System.Net.Sockets;
using System.Text.Json.Serialization;
using Weft.Lab.Probing;

namespace Weft.Lab.Control;

/// <summary>What the command line asks of a running lab; one JSON line on the control socket.</summary>
/// <param name="Verb">One of <see cref="ControlVerb"/>.</param>
public sealed record ControlRequest(string Verb)
{
    /// <summary>The node meant, for verbs about nodes.</summary>
    public string? Node { get; init; }

    /// <summary>Namespace of the pod meant.</summary>
    public string? Namespace { get; init; }

    /// <summary>The pod meant.</summary>
    public string? Pod { get; init; }

    /// <summary>The container meant; null is the pod's first.</summary>
    public string? Container { get; init; }

    /// <summary>Where a published port leads.</summary>
    public string? Target { get; init; }

    /// <summary>What to measure.</summary>
    public ProbeRequest? Probe { get; init; }
}

/// <summary>The words of the control protocol.</summary>
public static class ControlVerb
{
    /// <summary>Nodes, pods and their health.</summary>
    public const string Status = "status";

    /// <summary>The process whose namespaces a command enters.</summary>
    public const string Enter = "enter";

    /// <summary>Measure who reaches whom.</summary>
    public const string Probe = "probe";

    /// <summary>Take over a listening socket of the host and lead it to a pod.</summary>
    public const string Publish = "publish";

    /// <summary>A connection to the agent of a node, which comes with the answer.</summary>
    public const string Agent = "agent";

    /// <summary>Stop a node.</summary>
    public const string NodeStop = "node-stop";

    /// <summary>Start a stopped node.</summary>
    public const string NodeStart = "node-start";

    /// <summary>Cut a node from the underlay.</summary>
    public const string NodePartition = "node-partition";

    /// <summary>Join a cut node to the underlay again.</summary>
    public const string NodeHeal = "node-heal";
}

/// <summary>The answer to a <see cref="ControlRequest"/>: an error for people, or what was asked for.</summary>
public sealed record ControlReply
{
    /// <summary>Why it could not be done, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Answer to <see cref="ControlVerb.Status"/>.</summary>
    public LabStatus? Status { get; init; }

    /// <summary>Answer to <see cref="ControlVerb.Enter"/>.</summary>
    public EnterReply? Enter { get; init; }

    /// <summary>Answer to <see cref="ControlVerb.Probe"/>.</summary>
    public ProbeReport? Report { get; init; }

    /// <summary>A socket that goes to the asker with the answer; who sends it closes it.</summary>
    [JsonIgnore]
    public Socket? Passed { get; init; }
}

/// <summary>The process whose namespaces a command enters.</summary>
/// <param name="Pid">In the lab's pid namespace.</param>
/// <param name="Environment">Variables that the container was started with, as NAME=value; null keeps the caller's.</param>
/// <param name="WorkingDirectory">Where the command starts, or null for the root.</param>
public sealed record EnterReply(int Pid, IReadOnlyList<string>? Environment = null, string? WorkingDirectory = null);

/// <summary>What <c>weft status -o json</c> prints.</summary>
public sealed record LabStatus(string Name, IReadOnlyList<ClusterReport> Clusters);

/// <summary>One cluster of a lab.</summary>
public sealed record ClusterReport(
    string Name, IReadOnlyList<NodeReport> Nodes, IReadOnlyList<PodReport> Pods, IReadOnlyList<PartReport> Parts, IReadOnlyList<PublishedPort> Published);

/// <summary>One node of a cluster.</summary>
public sealed record NodeReport(string Name, string? Ip, IReadOnlyList<string> Ips, IReadOnlyList<string> PodCIDRs, bool Ready, string? Message);

/// <summary>One pod of a cluster.</summary>
public sealed record PodReport(
    string Namespace, string Name, string? Node, string? Ip, IReadOnlyList<string> Ips, string Phase, bool Ready, int Restarts, string? Message);

/// <summary>One part of the lab's own machinery: supervisor, API server, agents.</summary>
public sealed record PartReport(string Name, int Pid, bool Healthy, long ResidentBytes, string? Message);

/// <summary>A port of the host's loopback that leads into the lab.</summary>
public sealed record PublishedPort(string Address, string Target);
