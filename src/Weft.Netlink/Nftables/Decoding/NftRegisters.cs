using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Netlink.Nftables;

/// <summary>The kernel's registers with expressions in them instead of bytes: running a rule's program over it gives the tree back.</summary>
internal sealed class NftRegisters
{
    private readonly (NftExpression Value, int Words)?[] _entries = new (NftExpression, int)?[NftWire.Registers];

    internal void Store(int register, NftExpression value, int words)
    {
        Array.Clear(_entries, register, int.Min(int.Max(words, 1), _entries.Length - register));
        _entries[register] = (value, int.Max(words, 1));
    }

    internal void Forget(int register) => _entries[register] = null;

    /// <summary>The value that starts in a register, whatever its length; null when none is known.</summary>
    internal NftExpression? ReadAt(int register) => _entries[register]?.Value;

    /// <summary>The value of a type that starts in a register, put together from several where it takes several; null when a part is not known.</summary>
    internal NftExpression? Read(int register, NftType type)
    {
        var parts = type.Parts;
        var items = new List<NftExpression>(parts.Length);
        var words = type.PaddedLength / 4;
        for (int word = 0, part = 0; word < words || items.Count == 0;)
        {
            if (register + word >= _entries.Length || _entries[register + word] is not { } entry)
                return null;
            items.Add(entry.Value is NftConstant constant && part < parts.Length ? new NftConstant(constant.Value, parts[part]) : entry.Value);
            word += entry.Words;
            part += entry.Value.Type.Parts.Length;
        }

        return items.Count == 1 ? items[0] : new NftConcat(items.ToEquatableArray());
    }

    /// <summary>Whether a register lies inside of a longer value that starts in another.</summary>
    internal bool IsInside(int register, int start) =>
        register > start && _entries[start] is { } entry && register < start + entry.Words;

    /// <summary>Whether a register is the middle of a long value whose beginning was copied to the same distance from the other register already.</summary>
    internal bool IsRestOfCopy(int from, int to)
    {
        for (var distance = 1; distance <= int.Min(from, to); distance++)
        {
            if (IsInside(from, from - distance))
                return IsInside(to, to - distance) && ReadAt(from - distance) is NftVariable value && ReadAt(to - distance) == value;
        }

        return false;
    }

    /// <summary>The index of a register by its number on the wire; -1 for the verdict register, null when there is none of that number.</summary>
    internal static int? IndexOf(uint number) => number switch
    {
        0 => -1,
        <= 4 => (int)(number - 1) * 4,
        >= NftWire.FirstRegister and < NftWire.FirstRegister + NftWire.Registers => (int)(number - NftWire.FirstRegister),
        _ => null,
    };
}
