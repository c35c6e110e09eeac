using System.Runtime.InteropServices;

namespace Weft.Model.Nftables;

/// <summary>The elements that rules have put into dynamic sets.</summary>
public sealed class NftMemory
{
    private readonly Dictionary<(NftTableId Table, string Set), Dictionary<NftData, NftElement>> _sets = [];

    /// <summary>Forgets everything, as when all timeouts have passed.</summary>
    public void Clear() => _sets.Clear();

    /// <summary>The elements of a set, in no order.</summary>
    public EquatableArray<NftElement> Elements(NftTableId table, string set) =>
        _sets.TryGetValue((table, set), out var elements) ? elements.Values.ToEquatableArray() : [];

    internal NftElement? Find(NftTableId table, string set, NftData key) =>
        _sets.TryGetValue((table, set), out var elements) ? elements.GetValueOrDefault(key) : null;

    /// <summary>Carries a rule's statement out; false where it ends the rule, as an addition to a full set does.</summary>
    internal bool Apply(NftDynset statement, NftTable table, NftValues values, NftPacket packet)
    {
        if (values.Of(statement.Key, packet) is not { } key)
            return false;
        NftData? data = null;
        if (statement.Data is { } expression && (data = values.Of(expression, packet)) is null)
            return false;
        var elements = CollectionsMarshal.GetValueRefOrAddDefault(_sets, (table.Id, statement.Set), out _) ??= [];
        if (statement.Operation == NftDynsetOperation.Delete)
        {
            elements.Remove(key);
            return true;
        }

        // An element that is there keeps its data, whether it is added or updated.
        if (elements.ContainsKey(key))
            return true;
        if (table.FindSet(statement.Set)?.Size is { } size && elements.Count >= size)
            return false;
        elements.Add(key, new NftElement(key, Data: data, TimeoutMilliseconds: statement.TimeoutMilliseconds));
        return true;
    }
}
