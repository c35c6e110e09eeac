using Microsoft.Extensions.Logging;

namespace Weft.Node;

/// <summary>What the agent tells people; every line stands for itself.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Node {Node}: programmed in {Milliseconds} ms: {Steps} steps")]
    public static partial void Programmed(ILogger logger, string node, double milliseconds, int steps);

    [LoggerMessage(2, LogLevel.Warning, "{Problem}")]
    public static partial void Problem(ILogger logger, Weft.Model.Problem problem);

    [LoggerMessage(3, LogLevel.Information, "Solved: {Problem}")]
    public static partial void Solved(ILogger logger, Weft.Model.Problem problem);

    [LoggerMessage(4, LogLevel.Warning, "Node {Node}: {Steps} steps to repair what somebody changed: {First}")]
    public static partial void Drift(ILogger logger, string node, int steps, Weft.Model.Nodes.NodeChange first);

    [LoggerMessage(5, LogLevel.Warning, "Cannot report the status of node {Node}: {Message}")]
    public static partial void StatusNotSent(ILogger logger, string node, string message);

    [LoggerMessage(6, LogLevel.Error, "The turn failed and will be repeated: {Message}")]
    public static partial void TurnFailed(ILogger logger, string message);

    [LoggerMessage(7, LogLevel.Information, "Serving node {Node} of {Server}")]
    public static partial void Started(ILogger logger, string node, Uri server);

    [LoggerMessage(8, LogLevel.Information, "Stopped; routes, masquerade, Services and configuration of node {Node} stay in place")]
    public static partial void Stopped(ILogger logger, string node);

    [LoggerMessage(9, LogLevel.Warning, "Does not hear the kernel's changes, checks every {Seconds} s instead: {Message}")]
    public static partial void NoMonitor(ILogger logger, double seconds, string message);

    [LoggerMessage(10, LogLevel.Warning, "No health endpoint on port {Port}: {Message}")]
    public static partial void NoHealthEndpoint(ILogger logger, int port, string message);

    [LoggerMessage(11, LogLevel.Information, "Services: {Changes} changes by {Proxy} in {Milliseconds} ms, {Ports} ports are served")]
    public static partial void ServicesProgrammed(ILogger logger, int changes, string proxy, double milliseconds, int ports);

    [LoggerMessage(17, LogLevel.Debug, "Services: {Changes} changes by {Proxy} in {Milliseconds} ms")]
    public static partial void ServicesChanged(ILogger logger, int changes, string proxy, double milliseconds);

    [LoggerMessage(12, LogLevel.Warning, "Services: somebody changed what {Proxy} had programmed; {Changes} changes to repair it")]
    public static partial void ServicesDrift(ILogger logger, string proxy, int changes);

    [LoggerMessage(13, LogLevel.Warning, "{Process} (process {ProcessId}) changed {Tables}")]
    public static partial void TablesChanged(ILogger logger, string process, int processId, string tables);

    [LoggerMessage(14, LogLevel.Warning, "Connections of endpoints that left cannot be looked for, will try again: {Message}")]
    public static partial void ConnectionsNotCleaned(ILogger logger, string message);

    [LoggerMessage(16, LogLevel.Warning, "Does not hear who changes its tables, checks every {Seconds} s instead: {Message}")]
    public static partial void NoTableMonitor(ILogger logger, double seconds, string message);

    [LoggerMessage(40, LogLevel.Information, "Announces {Address} of {Services} on {Link}")]
    public static partial void Announces(ILogger logger, Weft.Model.IpAddress address, string services, string link);

    [LoggerMessage(41, LogLevel.Information, "No longer announces {Address}: {Reason}")]
    public static partial void AnnouncesNoMore(ILogger logger, Weft.Model.IpAddress address, string reason);

    [LoggerMessage(42, LogLevel.Warning, "{Address} is claimed by {Mac}: {Done}")]
    public static partial void AddressClaimed(ILogger logger, Weft.Model.IpAddress address, Weft.Model.MacAddress mac, string done);

    [LoggerMessage(43, LogLevel.Warning, "Cannot announce, will try again: {Message}")]
    public static partial void NotAnnounced(ILogger logger, string message);

    [LoggerMessage(18, LogLevel.Warning, "{Line}")]
    public static partial void Supply(ILogger logger, string line);

    [LoggerMessage(46, LogLevel.Error, "Nobody can ask the agent at {Path}, so that pods under the CNI plugin weft-policy do not start; will try again: {Message}")]
    public static partial void NoAgentSocket(ILogger logger, string path, string message);
}
