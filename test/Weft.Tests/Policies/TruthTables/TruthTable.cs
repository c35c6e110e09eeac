using System.Text;

namespace Weft.Tests.Policies.TruthTables;

/// <summary>Whether a connection from one pod to another on a target passes.</summary>
public delegate bool TruthRule(TruthPod from, TruthPod to, TruthTarget target);

/// <summary>For all pairs of pods and all targets: whether a connection passes.</summary>
public sealed class TruthTable
{
    private readonly bool[] _passes = new bool[TruthPod.All.Count * TruthPod.All.Count * TruthTarget.All.Count];

    /// <summary>The table of a rule; a pod always reaches itself.</summary>
    public TruthTable(TruthRule rule)
    {
        foreach (var (from, to, target) in Entries())
            this[from, to, target] = from == to || rule(from, to, target);
    }

    public bool this[TruthPod from, TruthPod to, TruthTarget target]
    {
        get => _passes[At(from, to, target)];
        set => _passes[At(from, to, target)] = value;
    }

    /// <summary>Every pair of pods with every target.</summary>
    public static IEnumerable<(TruthPod From, TruthPod To, TruthTarget Target)> Entries() =>
        from source in TruthPod.All
        from destination in TruthPod.All
        from target in TruthTarget.All
        select (source, destination, target);

    /// <summary>Null when what was seen on these targets is what the table says; otherwise both tables and their difference, as people read them.</summary>
    public string? Difference(TruthTable seen, IEnumerable<TruthTarget> targets)
    {
        var text = new StringBuilder();
        foreach (var target in targets.Where(target => Entries().Any(entry => entry.Target == target && this[entry.From, entry.To, target] != seen[entry.From, entry.To, target])))
        {
            Print(text, $"{target}, expected:", (from, to) => this[from, to, target] ? '.' : 'X');
            Print(text, $"{target}, seen:", (from, to) => seen[from, to, target] ? '.' : 'X');
            Print(text, $"{target}, where they differ:", (from, to) => this[from, to, target] == seen[from, to, target] ? ' ' : '!');
        }

        return text.Length == 0 ? null : text.ToString();
    }

    /// <summary>A row for each pod that connects, a column for each that is connected to.</summary>
    private static void Print(StringBuilder text, string title, Func<TruthPod, TruthPod, char> cell)
    {
        text.AppendLine(title).Append("      ").AppendJoin(' ', TruthPod.All.Select(pod => pod.Key)).AppendLine();
        foreach (var from in TruthPod.All)
            text.Append("  ").Append(from.Key).Append(' ').AppendJoin("   ", TruthPod.All.Select(to => cell(from, to))).AppendLine();
    }

    private static int At(TruthPod from, TruthPod to, TruthTarget target) =>
        (from.Index * TruthPod.All.Count + to.Index) * TruthTarget.All.Count + target.Index;
}
