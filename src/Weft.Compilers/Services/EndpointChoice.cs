using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Who serves a port, of all its endpoints.</summary>
/// <param name="Cluster">For connections that may go anywhere.</param>
/// <param name="Local">For connections that stay on the node.</param>
/// <param name="Any">Whether any endpoint of the cluster serves.</param>
internal readonly record struct EndpointChoice(EquatableArray<Backend> Cluster, EquatableArray<Backend> Local, bool Any)
{
    /// <summary>Chooses as KEP-1669 (terminating endpoints), KEP-2433 (zone hints) and KEP-3015 (node hints) prescribe.</summary>
    public static EndpointChoice Of(List<Candidate> candidates, ServiceContext context)
    {
        var suits = HintsFor(CollectionsMarshal.AsSpan(candidates), context);
        var cluster = Pick(candidates, candidate => candidate.Ready && suits(candidate));
        if (cluster.Count == 0)
            cluster = Pick(candidates, static candidate => candidate.Draining);
        var local = Pick(candidates, static candidate => candidate is { Ready: true, Backend.IsLocal: true });
        if (local.Count == 0)
            local = Pick(candidates, static candidate => candidate is { Draining: true, Backend.IsLocal: true });
        return new EndpointChoice(cluster, local, candidates.Exists(static candidate => candidate.Ready || candidate.Draining));
    }

    /// <summary>Hints count only when every ready endpoint has them and at least one is meant for this node, or for its zone.</summary>
    private static Func<Candidate, bool> HintsFor(ReadOnlySpan<Candidate> candidates, ServiceContext context)
    {
        bool allForNodes = true, allForZones = true, thisNode = false, thisZone = false;
        foreach (var candidate in candidates)
        {
            if (!candidate.Ready)
                continue;
            allForNodes &= candidate.Source.Hints is { ForNodes.Count: > 0 };
            allForZones &= candidate.Source.Hints is { ForZones.Count: > 0 };
            thisNode |= IsForNode(candidate, context);
            thisZone |= IsForZone(candidate, context);
        }

        if (allForNodes && thisNode)
            return candidate => IsForNode(candidate, context);
        if (allForZones && thisZone)
            return candidate => IsForZone(candidate, context);
        return static _ => true;
    }

    private static bool IsForNode(Candidate candidate, ServiceContext context) => Names(candidate.Source.Hints?.ForNodes ?? [], context.Node);

    private static bool IsForZone(Candidate candidate, ServiceContext context) =>
        context.Zone.Length > 0 && Names(candidate.Source.Hints?.ForZones ?? [], context.Zone);

    private static bool Names(EquatableArray<Kubernetes.NamedItem> items, string name)
    {
        foreach (var item in items)
        {
            if (item.Name == name)
                return true;
        }

        return false;
    }

    private static EquatableArray<Backend> Pick(List<Candidate> candidates, Predicate<Candidate> wanted)
    {
        var picked = ImmutableArray.CreateBuilder<Backend>(candidates.Count);
        foreach (var candidate in candidates)
        {
            if (wanted(candidate))
                picked.Add(candidate.Backend);
        }

        return picked.DrainToImmutable();
    }
}
