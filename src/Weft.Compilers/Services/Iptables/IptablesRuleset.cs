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
public sealed record IptablesTable(string Name, EquatableArray<IptablesChain> Chains, EquatableArray<IptablesJump> Jumps);

/// <summary>One chain.</summary>
/// <param name="Name">At most 28 characters.</param>
/// <param name="Rules">Each as iptables-save prints it, without <c>-A NAME</c>.</param>
public sealed record IptablesChain(string Name, EquatableArray<string> Rules);

/// <summary>A rule in a chain of the kernel.</summary>
/// <param name="From">Such as <c>PREROUTING</c>.</param>
/// <param name="Rule">As iptables-save prints it, without <c>-A NAME</c>.</param>
public sealed record IptablesJump(string From, string Rule);
