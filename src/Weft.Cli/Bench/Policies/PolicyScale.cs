namespace Weft.Cli.Bench.Policies;

/// <summary>How large the clusters are that are measured.</summary>
internal sealed record PolicyScale
{
    /// <summary>The one for which figures are promised.</summary>
    public static PolicyScale Full { get; } = new();

    /// <summary>One that takes seconds: whether everything can be measured, not how fast it is.</summary>
    public static PolicyScale Small { get; } = new() { IsJudged = false, Policies = 50, Pods = 500, Few = 5, Many = 100, Changes = 20, Expectations = 50, Growth = [10, 100], PodGrowth = [100, 500] };

    public int Policies { get; init; } = 1000;

    public int Pods { get; init; } = 10_000;

    /// <summary>Policies between which a new connection must not notice a difference.</summary>
    public int Few { get; init; } = 10;

    public int Many { get; init; } = 10_000;

    /// <summary>How many pods change.</summary>
    public int Changes { get; init; } = 500;

    /// <summary>Expectations of `weft policy test`, a multiple of 50.</summary>
    public int Expectations { get; init; } = 1000;

    /// <summary>Numbers of policies of the picture, with all pods.</summary>
    public int[] Growth { get; init; } = [10, 100, 300, 1000, 3000, 10_000];

    /// <summary>Numbers of pods of the picture, with all policies.</summary>
    public int[] PodGrowth { get; init; } = [1000, 3000, 10_000, 30_000];

    /// <summary>Whether figures are held to what was promised.</summary>
    public bool IsJudged { get; init; } = true;

    /// <summary>A figure with a promise.</summary>
    public Figure Judge(string name, double measured, double limit, string unit) =>
        IsJudged ? Figure.AtMost(name, measured, limit, unit) : Figure.Told(name, measured, unit);
}
