using Microsoft.Extensions.Logging;

namespace Weft.Lab.Controllers;

internal static partial class ControllerLog
{
    [LoggerMessage(1, LogLevel.Error, "The {Controller} controller failed and is restarted")]
    public static partial void Restarted(ILogger logger, string controller, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "{Controller}: {Action}: {Message}")]
    public static partial void Failed(ILogger logger, string controller, string action, string message);
}
