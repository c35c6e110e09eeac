namespace Weft.Compilers.Incremental;

/// <summary>Finds out which objects changed between two lists of them, by reference: those that did not change keep theirs.</summary>
/// <remarks>Cheap when the order stays as it was, as an informer's does: one comparison of pointers per object. Any other order is right, but slower.</remarks>
internal sealed class ListChange<T>
    where T : class
{
    /// <summary>Objects of the old list that the new one does not have as they were.</summary>
    public List<T> Gone { get; } = [];

    /// <summary>Objects of the new list that the old one did not have as they are.</summary>
    public List<T> Come { get; } = [];

    public bool IsEmpty => Gone.Count + Come.Count == 0;

    public static ListChange<T> Between(ReadOnlySpan<T> before, ReadOnlySpan<T> after)
    {
        var change = new ListChange<T>();
        int i = 0, j = 0;
        while (i < before.Length && j < after.Length)
        {
            if (ReferenceEquals(before[i], after[j]))
            {
                i++;
                j++;
            }
            else if (i + 1 < before.Length && ReferenceEquals(before[i + 1], after[j]))
            {
                change.Gone.Add(before[i++]);
            }
            else if (j + 1 < after.Length && ReferenceEquals(before[i], after[j + 1]))
            {
                change.Come.Add(after[j++]);
            }
            else
            {
                change.Gone.Add(before[i++]);
                change.Come.Add(after[j++]);
            }
        }

        change.Gone.AddRange(before[i..]);
        change.Come.AddRange(after[j..]);
        change.DropMoved();
        return change;
    }

    /// <summary>What is in both only changed its place.</summary>
    private void DropMoved()
    {
        if (Gone.Count == 0 || Come.Count == 0)
            return;
        var moved = new HashSet<T>(Gone, ReferenceEqualityComparer.Instance);
        moved.IntersectWith(Come);
        if (moved.Count == 0)
            return;
        Gone.RemoveAll(moved.Contains);
        Come.RemoveAll(moved.Contains);
    }
}
