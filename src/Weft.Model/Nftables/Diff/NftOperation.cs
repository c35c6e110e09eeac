namespace Weft.Model.Nftables;

/// <summary>One change of the kernel's ruleset; a batch of them takes effect as one, or not at all.</summary>
/// <param name="Table">The table it happens in.</param>
public abstract record NftOperation(NftTableId Table)
{
    /// <summary>What it does to which object, for messages.</summary>
    public abstract string Describe();
}

/// <summary>Makes a table; one that exists is no error.</summary>
public sealed record NftAddTable(NftTableId Table, string? Comment = null) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"add table {Table}";
}

/// <summary>Removes a table with all it holds; one that does not exist is no error.</summary>
public sealed record NftDeleteTable(NftTableId Table) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"delete table {Table}";
}

/// <summary>Makes a chain without rules; one that exists is no error.</summary>
public sealed record NftAddChain(NftTableId Table, string Name, NftBase? Base = null, string? Comment = null) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"add chain {Table} {Name}";
}

/// <summary>Removes a chain that has no rules and that nothing jumps to.</summary>
public sealed record NftDeleteChain(NftTableId Table, string Name) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"delete chain {Table} {Name}";
}

/// <summary>Removes a chain's rules.</summary>
public sealed record NftFlushChain(NftTableId Table, string Name) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"flush chain {Table} {Name}";
}

/// <summary>Appends a rule to a chain.</summary>
/// <param name="Table">The table.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Index">Its place in the desired chain, for messages.</param>
public sealed record NftAddRule(NftTableId Table, string Chain, NftRule Rule, int Index = 0) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() =>
        $"add rule {Index} of chain {Table} {Chain}: {NftPrinter.Print(Rule)}";
}

/// <summary>Makes a set or map without elements; one that exists with the same definition is no error.</summary>
/// <param name="Table">The table.</param>
/// <param name="Set">Its definition; the elements are ignored.</param>
public sealed record NftAddSet(NftTableId Table, NftSet Set) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"add {(Set.IsMap ? "map" : "set")} {Table} {Set.Name}";
}

/// <summary>Removes a set or map that no rule uses.</summary>
public sealed record NftDeleteSet(NftTableId Table, string Name) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"delete set {Table} {Name}";
}

/// <summary>Removes all elements of a set or map.</summary>
public sealed record NftFlushSet(NftTableId Table, string Name) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"flush set {Table} {Name}";
}

/// <summary>Adds elements; an equal one that exists is no error, one with the same key and other data is (EEXIST).</summary>
/// <param name="Table">The table.</param>
/// <param name="Set">The set's definition; its own elements are ignored.</param>
/// <param name="Elements">What to add.</param>
public sealed record NftAddElements(NftTableId Table, NftSet Set, EquatableArray<NftElement> Elements) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"add {Elements.Count} elements to {Table} {Set.Name}";
}

/// <summary>Deletes elements; one that does not exist is an error (ENOENT).</summary>
/// <param name="Table">The table.</param>
/// <param name="Set">The set's definition; its own elements are ignored.</param>
/// <param name="Elements">What to delete; only keys matter.</param>
public sealed record NftDeleteElements(NftTableId Table, NftSet Set, EquatableArray<NftElement> Elements) : NftOperation(Table)
{
    /// <inheritdoc/>
    public override string Describe() => $"delete {Elements.Count} elements from {Table} {Set.Name}";
}
