using Microsoft.Extensions.Logging;

namespace Weft.Node.Policies;

/// <summary>What the agent tells people of policies; every line stands for itself.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(41, LogLevel.Information, "Policies: {Connections} standing connections are denied now and were cut")]
    public static partial void ConnectionsCut(ILogger logger, int connections);

    [LoggerMessage(42, LogLevel.Warning, "Standing connections that policies deny now cannot be looked for, will try again: {Message}")]
    public static partial void ConnectionsNotCut(ILogger logger, string message);
}
