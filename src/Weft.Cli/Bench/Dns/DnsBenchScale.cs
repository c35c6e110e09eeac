namespace Weft.Cli.Bench.Dns;

/// <summary>How long and how often is measured.</summary>
/// <param name="Runs">Turns of each server, besides one that does not count.</param>
/// <param name="Seconds">How long each turn takes.</param>
internal sealed record DnsBenchScale(int Runs, double Seconds)
{
    /// <summary>One that takes seconds: whether everything can be measured, not how fast it is.</summary>
    public static DnsBenchScale Small { get; } = new(1, 0.2) { Large = 5000, IsJudged = false };

    /// <summary>Services of the figure of memory.</summary>
    public int Large { get; init; } = 100_000;

    /// <summary>Whether figures are held to what was promised.</summary>
    public bool IsJudged { get; init; } = true;

    /// <summary>A figure that is good when it is small; null when there is nothing to hold it to.</summary>
    public Figure AtMost(string name, double measured, double? limit, string unit) =>
        IsJudged && limit is { } promised ? Figure.AtMost(name, measured, promised, unit) : Figure.Told(name, measured, unit);

    /// <summary>A figure that is good when it is large; null when there is nothing to hold it to.</summary>
    public Figure AtLeast(string name, double measured, double? limit, string unit) =>
        IsJudged && limit is { } promised ? Figure.AtLeast(name, measured, promised, unit) : Figure.Told(name, measured, unit);
}
