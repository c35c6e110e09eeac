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

    [LoggerMessage(8, LogLevel.Information, "Stopped; routes, masquerade and configuration of node {Node} stay in place")]
    public static partial void Stopped(ILogger logger, string node);

    [LoggerMessage(9, LogLevel.Warning, "Does not hear the kernel's changes, checks every {Seconds} s instead: {Message}")]
    public static partial void NoMonitor(ILogger logger, double seconds, string message);

    [LoggerMessage(10, LogLevel.Warning, "No health endpoint on port {Port}: {Message}")]
    public static partial void NoHealthEndpoint(ILogger logger, int port, string message);
}
