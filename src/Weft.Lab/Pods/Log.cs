using Microsoft.Extensions.Logging;

namespace Weft.Lab.Pods;

/// <summary>What the pod runner says.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "status of pod {Namespace}/{Name} not sent, trying again: {Message}")]
    public static partial void StatusNotSent(ILogger logger, string? @namespace, string name, string message);

    [LoggerMessage(2, LogLevel.Warning, "status of pod {Namespace}/{Name} refused: {Message}")]
    public static partial void StatusRefused(ILogger logger, string? @namespace, string name, string message);

    [LoggerMessage(3, LogLevel.Error, "pod {Namespace}/{Name}: {Message}")]
    public static partial void PodFailed(ILogger logger, Exception exception, string? @namespace, string name, string message);

    [LoggerMessage(4, LogLevel.Warning, "left over from an earlier life of node {Node}: {Message}")]
    public static partial void LeftOver(ILogger logger, string node, string message);

    [LoggerMessage(5, LogLevel.Warning, "node {Node} not registered, trying again: {Message}")]
    public static partial void NodeNotRegistered(ILogger logger, string node, string message);
}
