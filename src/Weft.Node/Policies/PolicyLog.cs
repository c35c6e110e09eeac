using Microsoft.Extensions.Logging;

namespace Weft.Node.Policies;

/// <summary>What the agent tells people of policies; every line stands for itself.</summary>
internal static partial class PolicyLog
{
    [LoggerMessage(41, LogLevel.Information, "Policies: {Connections} standing connections are denied now and were cut")]
    public static partial void ConnectionsCut(ILogger logger, int connections);

    [LoggerMessage(42, LogLevel.Warning, "Standing connections that policies deny now cannot be looked for, will try again: {Message}")]
    public static partial void ConnectionsNotCut(ILogger logger, string message);

    [LoggerMessage(43, LogLevel.Information, "Policies: {Changes} changes in {Milliseconds} ms, {Addresses} addresses of pods are under policies")]
    public static partial void Programmed(ILogger logger, int changes, double milliseconds, int addresses);

    [LoggerMessage(44, LogLevel.Warning, "Policies: somebody changed what was programmed; {Changes} changes to repair it")]
    public static partial void Drift(ILogger logger, int changes);

    [LoggerMessage(45, LogLevel.Warning, "Pods that start stay isolated for now, will try again: {Message}")]
    public static partial void PodsNotLetStart(ILogger logger, string message);

    [LoggerMessage(47, LogLevel.Information, "Listens to packets that policies deny (NFLOG group {Group}): `weft policy log` shows them")]
    public static partial void Listens(ILogger logger, ushort group);
}
