using Weft.Model;

namespace Weft.Compilers.Services.Iptables;

/// <summary>The chains of one address family that a proxy owns, and the rules of others' chains that lead to them.</summary>
/// <param name="IsV6">Whether they are ip6tables'.</param>
/// <param name="Tables"><c>filter</c> and <c>nat</c>, in this order; a table that has nothing may be missing.</param>
public sealed record IptablesRuleset(bool IsV6, EquatableArray<IptablesTable> Tables)
{
    /// <summary>The table of this name; an empty one when there is none.</summary>
    public IptablesTable Table(string name) => Tables.FirstOrDefault(table => table.Name == name) ?? new IptablesTable(name, [], []);
}

/// <summary>One table.</summary>
/// <param name="Name"><c>filter</c> or <c>nat</c>.</param>
/// <param name="Chains">The owned chains; no name twice.</param>
/// <param name="Jumps">What leads from the kernel's chains to the owned ones, in the order of their chain.</param>
public sealed record IptablesTable(string Name, EquatableArray<IptablesChain> Chains, EquatableArray<IptablesJump> Jumps)
{
    /// <summary>Rules that somebody else wrote and that lead to owned chains: they are left alone, and their chains can be emptied but not deleted.</summary>
    public EquatableArray<IptablesJump> Foreign { get; init; }
}

/// <summary>One chain.</summary>
/// <param name="Name">At most 28 characters.</param>
/// <param name="Rules">Each as iptables-save prints it, without <c>-A NAME</c>.</param>
public sealed record IptablesChain(string Name, EquatableArray<string> Rules);

/// <summary>A rule in a chain that is not owned.</summary>
/// <param name="From">Such as <c>PREROUTING</c>.</param>
/// <param name="Rule">As iptables-save prints it, without <c>-A NAME</c>.</param>
public sealed record IptablesJump(string From, string Rule)
{
    private static readonly string[] KernelChains = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

    /// <summary>Where it leads.</summary>
    public string? Target => TargetOf(Rule);

    /// <summary>Whether a Service proxy wrote it: this one, or upstream's, which comments its jumps alike.</summary>
    public bool IsOfAProxy => Array.IndexOf(KernelChains, From) >= 0 && Rule.Contains("--comment \"kubernetes ", StringComparison.Ordinal);

    /// <summary>The chain or target behind <c>-j</c> or <c>-g</c>; null for a rule that has none.</summary>
    public static string? TargetOf(string rule)
    {
        var words = rule.Split(' ');
        var option = Array.FindLastIndex(words, word => word is "-j" or "-g");
        return option < 0 || option + 1 == words.Length ? null : words[option + 1];
    }

    /// <inheritdoc/>
    public override string ToString() => $"-A {From} {Rule}";
}
