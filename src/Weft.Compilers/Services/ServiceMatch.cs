using Weft.Kubernetes;

namespace Weft.Compilers.Services;

/// <summary>Finds out which Services changed between two snapshots, by reference: objects that did not change keep theirs.</summary>
/// <remarks>Cheap when the order stays as it was, as an informer's does: one comparison of pointers per Service. Any other order is right, but slower.</remarks>
internal sealed class ServiceMatch
{
    /// <summary>Services of the old list that the new one does not have as they were.</summary>
    public List<ServiceObjects> Gone { get; } = [];

    /// <summary>Services of the new list that the old one did not have as they are.</summary>
    public List<ServiceObjects> Come { get; } = [];

    public bool IsEmpty => Gone.Count + Come.Count == 0;

    public static ServiceMatch Between(ReadOnlySpan<ServiceObjects> before, ReadOnlySpan<ServiceObjects> after)
    {
        var match = new ServiceMatch();
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
                match.Gone.Add(before[i++]);
            }
            else if (j + 1 < after.Length && ReferenceEquals(before[i], after[j + 1]))
            {
                match.Come.Add(after[j++]);
            }
            else
            {
                match.Gone.Add(before[i++]);
                match.Come.Add(after[j++]);
            }
        }

        match.Gone.AddRange(before[i..]);
        match.Come.AddRange(after[j..]);
        match.DropMoved();
        return match;
    }

    /// <summary>What is in both only changed its place.</summary>
    private void DropMoved()
    {
        if (Gone.Count == 0 || Come.Count == 0)
            return;
        var moved = new HashSet<ServiceObjects>(Gone, ReferenceEqualityComparer.Instance);
        moved.IntersectWith(Come);
        if (moved.Count == 0)
            return;
        Gone.RemoveAll(moved.Contains);
        Come.RemoveAll(moved.Contains);
    }
}
