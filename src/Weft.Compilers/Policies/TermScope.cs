using Weft.Kubernetes;

namespace Weft.Compilers.Policies;

/// <summary>Terms of pods that speak of the same namespaces, found by a label that their pods must have.</summary>
internal sealed class TermScope(CleanSelector? namespaces)
{
    private readonly Dictionary<(string Key, string Value), List<PodTerm>> _byLabel = [];
    private readonly Dictionary<string, List<PodTerm>> _byKey = new(StringComparer.Ordinal);
    private readonly List<PodTerm> _others = [];

    public int Count { get; private set; }

    /// <summary>Whether it speaks of a namespace with these labels; a scope of one namespace is asked by nobody else.</summary>
    public bool Reaches(StringMap namespaceLabels) => namespaces is null || namespaces.Matches(namespaceLabels);

    public void Add(PodTerm term)
    {
        Count++;
        foreach (var list in PlacesOf(term))
            list.Add(term);
    }

    public void Remove(PodTerm term)
    {
        Count--;
        foreach (var list in PlacesOf(term))
            list.Remove(term);
    }

    /// <summary>Adds the terms that pods with these labels match.</summary>
    public void Match(StringMap labels, List<PodTerm> matched)
    {
        foreach (var (key, value) in labels)
        {
            Take(_byLabel.GetValueOrDefault((key, value)), labels, matched);
            Take(_byKey.GetValueOrDefault(key), labels, matched);
        }

        Take(_others, labels, matched);
    }

    private static void Take(List<PodTerm>? candidates, StringMap labels, List<PodTerm> matched)
    {
        if (candidates is null)
            return;
        foreach (var term in candidates)
        {
            if (term.Pods.Matches(labels))
                matched.Add(term);
        }
    }

    /// <summary>The condition that fewest pods fulfil says where to look for a term.</summary>
    private IEnumerable<List<PodTerm>> PlacesOf(PodTerm term)
    {
        LabelRequirement? equal = null, present = null;
        foreach (var requirement in term.Pods.Requirements)
        {
            if (requirement.Operator == "In" && (equal is null || requirement.Values.Count < equal.Values.Count))
                equal = requirement;
            if (requirement.Operator == "Exists")
                present = requirement;
        }

        if (equal is not null)
            return equal.Values.Select(value => ListOf(_byLabel, (equal.Key, value)));
        return [present is null ? _others : ListOf(_byKey, present.Key)];
    }

    private static List<PodTerm> ListOf<TKey>(Dictionary<TKey, List<PodTerm>> lists, TKey key)
        where TKey : notnull => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
}
