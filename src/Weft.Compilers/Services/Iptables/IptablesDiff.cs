using System.Text;
using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>A change as iptables-restore takes it.</summary>
/// <param name="Text">Input for <c>iptables-restore --noflush</c>; empty for no change.</param>
/// <param name="Changes">How many chains are written or removed, and how many jumps.</param>
public readonly record struct IptablesChange(string Text, int Changes);

/// <summary>From what is to what shall be, writing only chains that differ.</summary>
/// <remarks>
/// Each table changes at once. A chain that differs is emptied and written anew in the same stroke, or, when it is long and most of it stays, edited; one that is left over is emptied and deleted behind
/// whatever led to it. Chains that are equal are not mentioned. One that somebody else's rule leads to is emptied only, and left over.
/// </remarks>
public static class IptablesDiff
{
    private static readonly string[] TableNames = ["filter", "nat"];

    /// <summary>Everything, for a kernel that has nothing of it.</summary>
    public static IptablesChange Full(IptablesRuleset desired) => Between(new IptablesRuleset(desired.IsV6, []), desired);

    /// <summary>What leads from <paramref name="current"/> to <paramref name="desired"/>.</summary>
    public static IptablesChange Between(IptablesRuleset current, IptablesRuleset desired)
    {
        var text = new StringBuilder();
        var changes = 0;
        foreach (var name in TableNames)
            changes += Write(text, current.Table(name), desired.Table(name));
        return new IptablesChange(text.ToString(), changes);
    }

    private static int Write(StringBuilder text, IptablesTable current, IptablesTable desired)
    {
        var present = current.Chains.ToDictionary(chain => chain.Name);
        var (changed, edits) = (new List<IptablesChain>(), new List<ChainEdit>());
        foreach (var chain in desired.Chains)
        {
            if (!present.Remove(chain.Name, out var old))
                changed.Add(chain);
            else if (ReferenceEquals(old, chain) || old == chain)
                continue;
            else if (ChainEdit.Between(old, chain) is { } edit)
                edits.Add(edit);
            else
                changed.Add(chain);
        }

        var held = current.Foreign.Select(rule => rule.Target).ToHashSet();
        var stale = present.Values.Where(chain => chain.Rules.Count > 0 || !held.Contains(chain.Name)).ToList();
        var (added, removed) = Jumps(current.Jumps, desired.Jumps);
        var count = changed.Count + edits.Count + stale.Count + added.Count + removed.Count;
        if (count == 0)
            return 0;
        text.Append('*').Append(desired.Name).Append('\n');
        foreach (var chain in changed.Concat(stale))
            text.Append(':').Append(chain.Name).Append(" - [0:0]\n");
        foreach (var jump in removed)
            text.Append("-D ").Append(jump.From).Append(' ').Append(jump.Rule).Append('\n');
        foreach (var jump in added)
            text.Append("-I ").Append(jump.From).Append(' ').Append(jump.Rule).Append('\n');
        foreach (var chain in changed)
        {
            foreach (var rule in chain.Rules)
                text.Append("-A ").Append(chain.Name).Append(' ').Append(rule).Append('\n');
        }

        foreach (var edit in edits)
            edit.Write(text);
        foreach (var chain in stale.Where(chain => !held.Contains(chain.Name)))
            text.Append("-X ").Append(chain.Name).Append('\n');
        text.Append("COMMIT\n");
        return count;
    }

    // Inserted at the head, so the last of a chain comes first. One that is there twice is taken out as often, and put in once.
    private static (List<IptablesJump> Added, List<IptablesJump> Removed) Jumps(EquatableArray<IptablesJump> current, EquatableArray<IptablesJump> desired)
    {
        if (current == desired)
            return ([], []);
        var counts = current.CountBy(jump => jump).ToDictionary();
        var kept = desired.Where(jump => counts.GetValueOrDefault(jump) == 1).ToHashSet();
        return (desired.Where(jump => !kept.Contains(jump)).Reverse().ToList(), current.Where(jump => !kept.Contains(jump)).ToList());
    }
}
