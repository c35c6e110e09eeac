using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Puts changes into the sorted list of all ports: a copy of references, and a search per change.</summary>
internal static class PortList
{
    /// <summary>The list without some ports and with others; the same list when they are the same ports.</summary>
    public static EquatableArray<ProxiedPort> Change(EquatableArray<ProxiedPort> ports, List<ProxiedPort> removed, List<ProxiedPort> added)
    {
        var (gone, come) = Net(removed, added);
        if (gone.Count + come.Count == 0)
            return ports;
        Sort(gone);
        Sort(come);
        var result = new ProxiedPort[ports.Count - gone.Count + come.Count];
        Merge(ports.AsSpan(), CollectionsMarshal.AsSpan(gone), CollectionsMarshal.AsSpan(come), result);
        return ImmutableCollectionsMarshal.AsImmutableArray(result);
    }

    /// <summary>What is left when a port that is both removed and added stays where it is.</summary>
    private static (List<ProxiedPort> Gone, List<ProxiedPort> Come) Net(List<ProxiedPort> removed, List<ProxiedPort> added)
    {
        if (removed.Count == 0)
            return ([], added);
        var balance = new Dictionary<ProxiedPort, int>(ReferenceEqualityComparer.Instance);
        foreach (var port in removed)
            CollectionsMarshal.GetValueRefOrAddDefault(balance, port, out _)--;
        foreach (var port in added)
            CollectionsMarshal.GetValueRefOrAddDefault(balance, port, out _)++;
        return ([.. balance.Where(entry => entry.Value < 0).Select(entry => entry.Key)], [.. balance.Where(entry => entry.Value > 0).Select(entry => entry.Key)]);
    }

    private static void Sort(List<ProxiedPort> ports)
    {
        for (var i = 1; i < ports.Count; i++)
        {
            if (PortOrder.Compare(ports[i - 1], ports[i]) <= 0)
                continue;
            ports.Sort(PortOrder.Compare);
            return;
        }
    }

    private static void Merge(ReadOnlySpan<ProxiedPort> ports, ReadOnlySpan<ProxiedPort> gone, ReadOnlySpan<ProxiedPort> come, Span<ProxiedPort> result)
    {
        while (!gone.IsEmpty || !come.IsEmpty)
        {
            var removes = come.IsEmpty || (!gone.IsEmpty && PortOrder.Compare(gone[0], come[0]) <= 0);
            var place = Find(ports, removes ? gone[0] : come[0]);
            ports[..place].CopyTo(result);
            result = result[place..];
            ports = ports[(removes ? place + 1 : place)..];
            if (removes)
            {
                gone = gone[1..];
                continue;
            }

            result[0] = come[0];
            result = result[1..];
            come = come[1..];
        }

        ports.CopyTo(result);
    }

    /// <summary>The index of the first port that is not before <paramref name="wanted"/>.</summary>
    private static int Find(ReadOnlySpan<ProxiedPort> ports, ProxiedPort wanted)
    {
        int low = 0, high = ports.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (PortOrder.Compare(ports[middle], wanted) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
