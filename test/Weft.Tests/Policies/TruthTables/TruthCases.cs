namespace Weft.Tests.Policies.TruthTables;

/// <summary>All cases of the suite, in the order in which they follow each other in one cluster.</summary>
public static class TruthCases
{
    /// <summary>Cases that stand by themselves.</summary>
    public static IReadOnlyList<TruthCase> Standing { get; } =
        [.. PeerCases.All(), .. PortCases.All(), .. SubjectCases.All(), .. TierCases.All(), .. ClusterPolicyCases.All(), .. ConflictCases.All()];

    /// <summary>Cases of which each follows the one before.</summary>
    public static IReadOnlyList<TruthCase> Changes { get; } = [.. ChangeCases.All()];

    /// <summary>Every case.</summary>
    public static IReadOnlyList<TruthCase> All { get; } = [.. Standing, .. Changes];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => All.Select(item => item.Name);

    /// <summary>One in so many, spread over all families.</summary>
    public static IEnumerable<string> Sample(int oneIn) => All.Where((_, i) => i % oneIn == 0).Select(item => item.Name);

    /// <summary>The case of a name.</summary>
    public static TruthCase Of(string name) => All.First(item => item.Name == name);
}
