using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Gives endpoints their places: dense from 0 on, and a place is kept as long as its endpoint and density allow.</summary>
internal static class Slots
{
    /// <summary>The places after a change; <paramref name="wanted"/> itself where its order will do.</summary>
    public static EquatableArray<Backend> Assign(EquatableArray<Backend> before, EquatableArray<Backend> wanted)
    {
        if (before.Count == 0 || before == wanted)
            return wanted;
        var come = new HashSet<Backend>(wanted);
        var slots = new Backend?[before.Count];
        for (var i = 0; i < slots.Length; i++)
            slots[i] = come.Remove(before[i]) ? before[i] : null;
        var added = new Queue<Backend>(wanted.Where(come.Contains));
        return ImmutableCollectionsMarshal.AsImmutableArray(Fill(slots, added, wanted.Count));
    }

    /// <summary>Newcomers go where somebody left, then behind; what is left open is filled with the last ones.</summary>
    private static Backend[] Fill(Backend?[] slots, Queue<Backend> added, int count)
    {
        var filled = new Backend[count];
        var last = slots.Length - 1;
        for (var i = 0; i < count; i++)
        {
            if (i < slots.Length && slots[i] is { } kept)
            {
                filled[i] = kept;
                continue;
            }

            if (added.TryDequeue(out var newcomer))
            {
                filled[i] = newcomer;
                continue;
            }

            while (slots[last] is null)
                last--;
            filled[i] = slots[last--]!.Value;
        }

        return filled;
    }
}
