using Weft.Model.Nftables;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Elements that go and come, in an order in which every beginning of a batch that had to be split is consistent.</summary>
/// <remarks>New verdicts come before the peers and pods whose numbers they are for, old ones go after them.</remarks>
internal sealed class PolicyChanges
{
    private static readonly HashSet<string> Verdicts = [PolicySets.Ports, PolicySets.Ranges, PolicySets.Any];

    // What a packet looks up last comes first.
    private static readonly string[] Order = [.. Verdicts, .. PolicySets.All.Where(set => !Verdicts.Contains(set.Name))
        .OrderBy(set => PolicySets.IsClasses(set.Name)).Select(set => set.Name)];

    private readonly Dictionary<string, (List<NftElement> Gone, List<NftElement> Come)> _sets =
        Order.ToDictionary(name => name, _ => (new List<NftElement>(), new List<NftElement>()), StringComparer.Ordinal);

    /// <summary>Notes an element that comes.</summary>
    public void Come(string set, NftElement element) => _sets[set].Come.Add(element);

    /// <summary>Notes an element that goes.</summary>
    public void Go(string set, NftElement element) => _sets[set].Gone.Add(element);

    /// <summary>Notes verdicts that come.</summary>
    public void Come(VerdictElements verdicts)
    {
        _sets[PolicySets.Ports].Come.AddRange(verdicts.Ports);
        _sets[PolicySets.Ranges].Come.AddRange(verdicts.Ranges);
        _sets[PolicySets.Any].Come.AddRange(verdicts.Any);
    }

    /// <summary>Notes verdicts that go.</summary>
    public void Go(VerdictElements verdicts)
    {
        _sets[PolicySets.Ports].Gone.AddRange(verdicts.Ports);
        _sets[PolicySets.Ranges].Gone.AddRange(verdicts.Ranges);
        _sets[PolicySets.Any].Gone.AddRange(verdicts.Any);
    }

    /// <summary>All changes as operations on a table.</summary>
    public IEnumerable<NftOperation> Operations(NftTableId table)
    {
        foreach (var name in Order)
        {
            var (gone, come) = _sets[name];
            foreach (var operation in Replace(table, name, Verdicts.Contains(name) ? Replaced(gone, come) : gone, come))
                yield return operation;
        }

        foreach (var name in Verdicts)
        {
            var (gone, come) = _sets[name];
            foreach (var operation in Replace(table, name, [.. gone.Except(Replaced(gone, come), ReferenceEqualityComparer.Instance).Cast<NftElement>()], []))
                yield return operation;
        }
    }

    /// <summary>What came, set by set.</summary>
    public IReadOnlyList<NftElement> Added(string set) => _sets.TryGetValue(set, out var changes) ? changes.Come : [];

    private static IEnumerable<NftOperation> Replace(NftTableId table, string name, List<NftElement> gone, List<NftElement> come)
    {
        if (gone.Count > 0)
            yield return new NftDeleteElements(table, PolicySets.Get(name), [.. gone]);
        if (come.Count > 0)
            yield return new NftAddElements(table, PolicySets.Get(name), [.. come]);
    }

    private static List<NftElement> Replaced(List<NftElement> gone, List<NftElement> come)
    {
        if (gone.Count == 0 || come.Count == 0)
            return [];
        var keys = come.Select(element => element.Key).ToHashSet();
        return gone.FindAll(element => keys.Contains(element.Key));
    }
}
