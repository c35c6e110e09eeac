using System.Globalization;
using Weft.Compilers.Tracing;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Reach;

/// <summary>What a group consists of.</summary>
internal enum PartyKind
{
    Pods,

    /// <summary>Nodes, as pods of other nodes see them: its own node always reaches a pod.</summary>
    Nodes,

    /// <summary>Cluster DNS where nodes answer it themselves: it opens no connections.</summary>
    Dns,
    Outside,
}

/// <summary>Names of many in few words.</summary>
internal static class PartyNames
{
    /// <summary>Cluster DNS where nodes answer it themselves.</summary>
    public const string ClusterDns = TraceMap.ClusterDnsName;

    private const int Shown = 4;

    /// <summary>Who an outside address is, by the blocks that name it in any of the worlds.</summary>
    public static string Outside(IEnumerable<PeerIdentity?> identities)
    {
        var terms = identities.OfType<PeerIdentity>().SelectMany(identity => identity.Terms).Select(term => term.Text).Distinct().Order(StringComparer.Ordinal).ToList();
        return terms.Count == 0 ? "other addresses outside" : $"addresses outside in {string.Join(" and ", terms)}";
    }

    /// <summary><c>a/x, a/y and 7 more</c>.</summary>
    public static string Show(IEnumerable<string> names)
    {
        var all = names.Distinct().ToList();
        var text = string.Join(", ", all.Take(all.Count == Shown + 1 ? all.Count : Shown));
        return all.Count <= Shown + 1 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} and {all.Count - Shown} more");
    }
}
