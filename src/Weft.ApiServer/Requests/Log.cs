using Microsoft.Extensions.Logging;

namespace Weft.ApiServer.Requests;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "a periodic task failed; it will run again")]
    public static partial void TaskFailed(ILogger logger, Exception error);
}
