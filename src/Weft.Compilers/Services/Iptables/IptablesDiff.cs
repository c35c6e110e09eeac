using System.Text;
using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>A change as iptables-restore takes it.</summary>
/// <param name="Text">Input for <c>iptables-restore --noflush</c>; empty for no change.</param>
/// <param name="Changes">How many chains are written or removed, and how many jumps.</param>
/// <param name="Tables">How many tables it changes: each is a commit of its own.</param>
public readonly record struct IptablesChange(string Text, int Changes, int Tables);

/// <summary>From what is to what shall be, writing only chains that differ.</summary>
/// <remarks>
/// Each table changes at once. A chain that differs is emptied and written anew in the same stroke; one that is left over is emptied and deleted behind
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
        var (changes, tables) = (0, 0);
        foreach (var name in TableNames)
        {
            var count = Write(text, current.Table(name), desired.Table(name));
            changes += count;
            tables += count > 0 ? 1 : 0;
        }

        return new IptablesChange(text.ToString(), changes, tables);
    }

    private static int Write(StringBuilder text, IptablesTable current, IptablesTable desired)
    {
        var present = current.Chains.ToDictionary(chain => chain.Name);
        var changed = desired.Chains.Where(chain => !present.Remove(chain.Name, out var old) || !(ReferenceEquals(old, chain) || old == chain)).ToList();
        var held = current.Foreign.Select(rule => rule.Target).ToHashSet();
        var stale = present.Values.Where(chain => chain.Rules.Count > 0 || !held.Contains(chain.Name)).ToList();
        var (added, removed) = Jumps(current.Jumps, desired.Jumps);
        var count = changed.Count + stale.Count + added.Count + removed.Count;
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
