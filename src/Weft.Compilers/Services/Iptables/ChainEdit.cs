using System.Text;
using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>Rules that leave a chain, and those that come in their place: a Service more is then one rule of KUBE-SERVICES, not all of them.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Start">The place, counted from 1.</param>
/// <param name="Gone">The rules that go.</param>
/// <param name="Come">The rules that come.</param>
internal sealed record ChainEdit(string Chain, int Start, EquatableArray<string> Gone, EquatableArray<string> Come)
{
    // Shorter chains are written anew: that is less to read, and as cheap.
    private const int Shortest = 16;

    private static readonly string[] Long = [ChainNames.Services, ChainNames.NodePorts, ChainNames.ExternalServices, ChainNames.Firewall];

    /// <summary>The edit between two states of a chain that all Services share; null when writing it anew is less.</summary>
    public static ChainEdit? Between(IptablesChain current, IptablesChain desired)
    {
        var (old, wanted) = (current.Rules, desired.Rules);
        if (wanted.Count < Shortest || Array.IndexOf(Long, desired.Name) < 0)
            return null;
        var most = int.Min(old.Count, wanted.Count);
        var head = old.AsSpan().CommonPrefixLength(wanted.AsSpan());
        var tail = 0;
        while (tail < most - head && old[^(tail + 1)] == wanted[^(tail + 1)])
            tail++;
        var gone = old.AsSpan()[head..^tail];
        var come = wanted.AsSpan()[head..^tail];
        return gone.Length + come.Length > wanted.Count / 2 ? null : new ChainEdit(desired.Name, head + 1, [.. gone], [.. come]);
    }

    /// <summary>Appends its lines. What goes is named and not counted: where somebody else changed the chain, the whole change is refused.</summary>
    public void Write(StringBuilder text)
    {
        foreach (var rule in Gone)
            text.Append("-D ").Append(Chain).Append(' ').Append(rule).Append('\n');
        for (var i = 0; i < Come.Count; i++)
            text.Append("-I ").Append(Chain).Append(' ').Append(Start + i).Append(' ').Append(Come[i]).Append('\n');
    }
}
