using Weft.Compilers.Clusters;
using Weft.Compilers.Tracing;
using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Testing;

/// <summary>Addresses that stand for a whole block: one of each piece on which no rule can tell two addresses apart.</summary>
/// <remarks>Addresses of the cluster's pods, nodes and DNS are left out, and of what is outside also the ranges of pods and Services.</remarks>
internal sealed class BlockPieces
{
    private static readonly IpAddress[] Examples = [IpAddress.Parse("203.0.113.7"), IpAddress.Parse("2001:db8::7")];

    private readonly EquatableArray<IpPrefix> _inside;
    private readonly HashSet<IpAddress> _taken;
    private readonly bool _withV6;

    public BlockPieces(ClusterSnapshot objects, EquatableArray<Pod> pods)
    {
        var settings = ClusterSettingsParser.Parse(objects.Configuration?.Data).Settings;
        var topology = TopologyCompiler.Compile(objects.Nodes, settings).Topology;
        _inside = [.. topology.PodRanges, .. topology.ServiceRanges];
        _taken = [.. objects.Policies.Pods.Concat(objects.Policies.StandIns).SelectMany(pod => pod.Addresses), .. objects.Nodes.SelectMany(TraceMap.AddressesOf)];
        _withV6 = _inside.Any(range => range.IsV6) || pods.Any(pod => pod.Status.PodIPs.Any(ip => ip.Ip.Contains(':')));
    }

    /// <summary>The addresses, in order.</summary>
    /// <param name="block">The block.</param>
    /// <param name="told">Ranges that rules tell apart.</param>
    public List<IpAddress> Of(BlockEnd block, IEnumerable<IpPrefix> told)
    {
        var isOutside = block.Ranges.Count == 0;
        EquatableArray<IpPrefix> ranges = !isOutside ? block.Ranges : _withV6 ? [IpPrefix.AnyV4, IpPrefix.AnyV6] : [IpPrefix.AnyV4];
        IpPrefix[] holes = [.. block.Except, .. isOutside ? _inside : []];
        var edges = ranges.Concat(holes).Concat(told).Concat(_taken.Select(IpPrefix.Host)).ToList();
        return [.. ranges.SelectMany(range => Pieces(range, edges, holes))];
    }

    private IEnumerable<IpAddress> Pieces(IpPrefix range, List<IpPrefix> edges, IpPrefix[] holes)
    {
        var starts = edges.SelectMany(Starts).Where(range.Contains).Distinct().Order().ToList();
        for (var i = 0; i < starts.Count; i++)
        {
            var last = i + 1 < starts.Count ? starts[i + 1].Add(-1) : range.Last;
            if (_taken.Contains(starts[i]) || Array.Exists(holes, hole => hole.Contains(starts[i])))
                continue;
            yield return Shown(starts[i], last);
        }
    }

    /// <summary>An address that people know for an example where the piece has it; 0.0.0.0 is none.</summary>
    private static IpAddress Shown(IpAddress first, IpAddress last)
    {
        foreach (var example in Examples)
        {
            if (example.IsV6 == first.IsV6 && first <= example && example <= last)
                return example;
        }

        return first.IsUnspecified && first < last ? first.Add(1) : first;
    }

    /// <summary>Where a range begins, and what lies behind it.</summary>
    private static IEnumerable<IpAddress> Starts(IpPrefix range)
    {
        yield return range.Network;
        var last = range.Last;
        if (last != (range.IsV6 ? IpPrefix.AnyV6 : IpPrefix.AnyV4).Last)
            yield return last.Add(1);
    }
}
