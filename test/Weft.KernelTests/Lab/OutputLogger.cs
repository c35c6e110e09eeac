using Microsoft.Extensions.Logging;

namespace Weft.KernelTests.Lab;

/// <summary>Shows what a component says in the test's output.</summary>
internal sealed class OutputLogger : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.SendDiagnosticMessage("{0}", $"{logLevel}: {formatter(state, exception)} {exception}");
}
