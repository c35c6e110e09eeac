using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;
using Weft.Lab.Nodes;
using Weft.Lab.Pods.Files;
using Weft.Lab.Pods.Logs;
using Weft.Lab.Pods.Probes;
using Weft.Lab.Pods.Sandboxes;

namespace Weft.Lab.Pods;

/// <summary>What every pod of a node needs.</summary>
internal sealed record PodServices(
    LabNode Node, KubeClient Client, SandboxFactory Sandboxes, PodLogs Logs, EventRecorder Events, ProbeClient Probes, PodRunnerOptions Options, ILogger Logger)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => Client.Time;

    /// <summary>The node's addresses, the main one first.</summary>
    public IReadOnlyList<string> NodeIps { get; } = [.. Node.Addresses.Select(address => address.ToString())];

    /// <summary>The node's own resolver settings, as its file has them now.</summary>
    public ResolvConf Resolver => ResolvConf.Parse(Node.Run(() => Read("/etc/resolv.conf")));

    /// <summary>The host's /etc/hosts.</summary>
    public string Hosts { get; } = Read("/etc/hosts");

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
