using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>What differs between two lists.</summary>
/// <param name="Gone">Entries that only the former has.</param>
/// <param name="Come">Entries that only the latter has.</param>
internal sealed record TableDelta<T>(List<T> Gone, List<T> Come);

/// <summary>Makes <see cref="TableDelta{T}"/> of sorted lists: one pass, a comparison of references for what stayed.</summary>
internal static class TableDelta
{
    /// <summary>Pods that differ.</summary>
    public static TableDelta<PolicedPod> Pods(PolicyTable before, PolicyTable after) =>
        Between(before.Pods.AsSpan(), after.Pods.AsSpan(), static (left, right) => left.Address.CompareTo(right.Address));

    /// <summary>Peers that differ.</summary>
    public static TableDelta<Peer> Peers(PolicyTable before, PolicyTable after) =>
        Between(before.Peers.AsSpan(), after.Peers.AsSpan(), static (left, right) => left.Range.CompareTo(right.Range));

    private static TableDelta<T> Between<T>(ReadOnlySpan<T> before, ReadOnlySpan<T> after, Comparison<T> compare)
        where T : class, IEquatable<T>
    {
        var delta = new TableDelta<T>([], []);
        int i = 0, j = 0;
        while (i < before.Length || j < after.Length)
        {
            if (i < before.Length && j < after.Length && ReferenceEquals(before[i], after[j]))
            {
                i++;
                j++;
                continue;
            }

            var order = i == before.Length ? 1 : j == after.Length ? -1 : compare(before[i], after[j]);
            var gone = order <= 0 ? before[i++] : null;
            var come = order >= 0 ? after[j++] : null;
            if (gone is not null && gone.Equals(come))
                continue;
            if (gone is not null)
                delta.Gone.Add(gone);
            if (come is not null)
                delta.Come.Add(come);
        }

        return delta;
    }
}
