using Weft.Tests.Policies.Oracle;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>A cluster and what must pass in it. Some cases are steps: they show a change when they follow the case before.</summary>
/// <param name="Name">What is tried, for people.</param>
/// <param name="Cluster">The objects.</param>
/// <param name="Expected">Written by hand, from the API's text.</param>
public sealed record TruthCase(string Name, OracleCluster Cluster, TruthTable Expected)
{
    public TruthCase(string name, OracleCluster cluster, TruthRule rule)
        : this(name, cluster, new TruthTable(rule))
    {
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Some of the nine pods.</summary>
public sealed class TruthPods
{
    private readonly HashSet<string> _keys;

    /// <param name="text">Keys with stars: <c>a/* */x b/y</c>; empty for none.</param>
    public TruthPods(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _keys = [.. TruthPod.All.Where(pod => words.Any(word => word is "*/*" || word == pod.Key || word == $"{pod.Namespace}/*" || word == $"*/{pod.Name}")).Select(pod => pod.Key)];
        Assert.True(words.Length == 0 || _keys.Count > 0, $"nobody is called {text}");
    }

    /// <summary>Whether a pod is one of them.</summary>
    public bool Has(TruthPod pod) => _keys.Contains(pod.Key);
}
