using Microsoft.Extensions.Logging;

namespace Weft.Kubernetes.Client;

internal static partial class InformerLog
{
    [LoggerMessage(1, LogLevel.Warning, "Cannot watch {Plural}, will go on trying: {Message}")]
    public static partial void Lost(ILogger logger, string plural, string message);

    [LoggerMessage(2, LogLevel.Information, "Watching {Plural} again")]
    public static partial void Back(ILogger logger, string plural);

    [LoggerMessage(3, LogLevel.Warning, "Left out: {Line}")]
    public static partial void Unreadable(ILogger logger, string line);

    [LoggerMessage(4, LogLevel.Warning, "Goes on without {Plural}: {Message}")]
    public static partial void Without(ILogger logger, string plural, string message);
}
