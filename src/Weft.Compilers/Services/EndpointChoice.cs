using System.Runtime.InteropServices;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Services;

namespace Weft.Compilers.Services;

/// <summary>Who serves a port, of all its endpoints.</summary>
/// <param name="Cluster">For connections that may go anywhere.</param>
/// <param name="Local">For connections that stay on the node.</param>
/// <param name="Any">Whether any endpoint of the cluster serves.</param>
internal readonly record struct EndpointChoice(EquatableArray<Backend> Cluster, EquatableArray<Backend> Local, bool Any)
{
    /// <summary>Hints that count for this node.</summary>
    private enum Hint
    {
        None,
        Node,
        Zone,
    }

    /// <summary>Chooses as KEP-1669 (terminating endpoints), KEP-2433 (zone hints) and KEP-3015 (node hints) prescribe.</summary>
    public static EndpointChoice Of(List<Offer> offers, ServiceContext context)
    {
        var hint = HintOf(offers, context);
        var cluster = Pick(offers, offer => offer.Ready && Suits(offer, hint, context));
        if (cluster.Count == 0)
            cluster = Pick(offers, static offer => offer.Draining);
        var local = Pick(offers, static offer => offer is { Ready: true, IsLocal: true });
        if (local.Count == 0)
            local = Pick(offers, static offer => offer is { Draining: true, IsLocal: true });
        return new EndpointChoice(cluster, local, cluster.Count > 0);
    }

    /// <summary>Hints count only when every ready endpoint has them and at least one is meant for this node, or for its zone.</summary>
    private static Hint HintOf(List<Offer> offers, ServiceContext context)
    {
        bool allForNodes = true, allForZones = true, thisNode = false, thisZone = false;
        foreach (var offer in offers)
        {
            if (!offer.Ready)
                continue;
            allForNodes &= offer.Candidate.Hints is { ForNodes.Count: > 0 };
            allForZones &= offer.Candidate.Hints is { ForZones.Count: > 0 };
            thisNode |= Suits(offer, Hint.Node, context);
            thisZone |= Suits(offer, Hint.Zone, context);
        }

        return allForNodes && thisNode ? Hint.Node : allForZones && thisZone ? Hint.Zone : Hint.None;
    }

    private static bool Suits(Offer offer, Hint hint, ServiceContext context) => hint switch
    {
        Hint.Node => Names(offer.Candidate.Hints?.ForNodes ?? [], context.Node),
        Hint.Zone => context.Zone.Length > 0 && Names(offer.Candidate.Hints?.ForZones ?? [], context.Zone),
        _ => true,
    };

    private static bool Names(EquatableArray<NamedItem> items, string name)
    {
        foreach (var item in items)
        {
            if (item.Name == name)
                return true;
        }

        return false;
    }

    private static EquatableArray<Backend> Pick(List<Offer> offers, Predicate<Offer> wanted)
    {
        var count = 0;
        foreach (var offer in offers)
            count += wanted(offer) ? 1 : 0;
        if (count == 0)
            return [];
        var picked = new Backend[count];
        foreach (var offer in offers)
        {
            if (wanted(offer))
                picked[^count--] = offer.Backend;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(picked);
    }
}
