using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Weft.Node;

/// <summary>Log lines for people on standard error: time (UTC), level, component, message.</summary>
/// <param name="component">Who speaks.</param>
/// <param name="time">The clock.</param>
public sealed class ConsoleLog(string component, TimeProvider time) : ILogger
{
    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = $"{now} {Word(logLevel)} {component}: {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}\n";
        Console.Error.Write(line);
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Warning => "warn ",
        LogLevel.Error or LogLevel.Critical => "error",
        _ => "info ",
    };
}
