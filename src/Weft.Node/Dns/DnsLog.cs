using Microsoft.Extensions.Logging;

namespace Weft.Node.Dns;

/// <summary>What the agent tells people about cluster DNS.</summary>
internal static partial class DnsLog
{
    [LoggerMessage(60, LogLevel.Information, "DNS: answers {Domain} at {Addresses}: {Services} Services have names")]
    public static partial void Serves(ILogger logger, string domain, string addresses, int services);

    [LoggerMessage(61, LogLevel.Information, "DNS: switched off, nothing is answered here")]
    public static partial void Off(ILogger logger);

    [LoggerMessage(67, LogLevel.Warning, "DNS: the API server has not been heard yet. At {Addresses} names of others are answered as far as settings are known; names of the cluster fail until it is")]
    public static partial void Begins(ILogger logger, string addresses);

    [LoggerMessage(62, LogLevel.Error, "The turn of DNS failed and will be repeated: {Message}")]
    public static partial void TurnFailed(ILogger logger, string message);

    [LoggerMessage(63, LogLevel.Warning, "DNS: somebody changed its addresses or table; {Changes} changes to repair it")]
    public static partial void Drift(ILogger logger, int changes);

    [LoggerMessage(64, LogLevel.Information, "DNS: settings changed: {Routes}")]
    public static partial void Settings(ILogger logger, string routes);

    [LoggerMessage(65, LogLevel.Information, "DNS: {Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(66, LogLevel.Information, "{Line}")]
    public static partial void Line(ILogger logger, string line);
}
