using Weft.Model;

namespace Weft.Compilers.Clusters;

/// <summary>Sets of address blocks in one canonical form.</summary>
public static class PrefixSet
{
    /// <summary>Sorts and drops every block that lies in another one. The union of addresses stays the same.</summary>
    public static EquatableArray<IpPrefix> Normalize(IEnumerable<IpPrefix> prefixes)
    {
        var kept = new List<IpPrefix>();
        foreach (var prefix in prefixes.Order())
        {
            if (kept.Count == 0 || !kept[^1].Contains(prefix))
                kept.Add(prefix);
        }

        return kept.ToEquatableArray();
    }
}
