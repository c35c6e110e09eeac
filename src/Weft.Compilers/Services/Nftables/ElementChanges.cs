using System.Collections.Immutable;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Elements of one table that go and come.</summary>
internal sealed class ElementChanges(ServiceSets sets)
{
    // What is looked up last comes first, so that a part of a batch that had to be split never leads to something missing.
    private readonly SetChanges[] _sets =
    [
        new(sets[ServiceSets.Backends]), new(sets[ServiceSets.Places]), new(sets[ServiceSets.Sources]), new(sets[ServiceSets.Hairpins]),
        new(sets[ServiceSets.Frontends]), new(sets[ServiceSets.NodePorts]), new(sets[ServiceSets.ClusterIps]),
    ];

    /// <summary>Notes the way from one state of a port to another; null where there is none.</summary>
    public void Replace(PortState? before, PortState? after)
    {
        Endpoints(before?.Id ?? 0, before?.All ?? Placement.None, after?.Id ?? 0, after?.All ?? Placement.None);
        Endpoints((before?.Id ?? 0) | 1, before?.Local ?? Placement.None, (after?.Id ?? 0) | 1, after?.Local ?? Placement.None);
        Keys(_sets[2], SourcesOf(before), SourcesOf(after));
        Frontends(before, after);
    }

    /// <summary>An address whose packets may come back to it.</summary>
    public void Hairpin(IpAddress address, bool come) => _sets[3].Add(ElementWriter.Hairpin(address), come);

    /// <summary>A cluster IP outside of the service ranges.</summary>
    public void ClusterIp(IpAddress address, bool come) => _sets[6].Add(ElementWriter.Address(address), come);

    /// <summary>All changes as operations.</summary>
    public IEnumerable<NftOperation> Operations()
    {
        foreach (var set in _sets)
        {
            if (set.Gone.Count > 0)
                yield return new NftDeleteElements(sets.Table, set.Set, set.Gone.ToImmutable());
            if (set.Come.Count > 0)
                yield return new NftAddElements(sets.Table, set.Set, set.Come.ToImmutable());
        }
    }

    /// <summary>What came, by the name of its set.</summary>
    public Dictionary<string, EquatableArray<NftElement>> Added() =>
        _sets.ToDictionary(set => set.Set.Name, set => (EquatableArray<NftElement>)set.Come.ToImmutable(), StringComparer.Ordinal);

    private void Endpoints(uint oldId, Placement before, uint newId, Placement after)
    {
        if (!before.HasPlaces && !after.HasPlaces)
        {
            Slots(oldId, before.Endpoints, newId, after.Endpoints);
            return;
        }

        Keys(_sets[0], BackendsOf(oldId, before), BackendsOf(newId, after));
        Keys(_sets[1], PlacesOf(oldId, before), PlacesOf(newId, after));
    }

    private void Slots(uint oldId, EquatableArray<Backend> before, uint newId, EquatableArray<Backend> after)
    {
        for (var slot = 0; slot < int.Max(before.Count, after.Count); slot++)
        {
            Backend? old = slot < before.Count ? before[slot] : null, wanted = slot < after.Count ? after[slot] : null;
            if (oldId == newId && old?.Address == wanted?.Address && old?.Port == wanted?.Port)
                continue;
            if (old is { } gone)
                _sets[0].Add(ElementWriter.Backend(oldId, (uint)slot, gone), come: false);
            if (wanted is { } come)
                _sets[0].Add(ElementWriter.Backend(newId, (uint)slot, come), come: true);
        }
    }

    private void Frontends(PortState? before, PortState? after)
    {
        var old = before?.Port.Frontends ?? [];
        for (var i = 0; i < old.Count; i++)
        {
            if (!Has(after, old[i], before!.Values[i]))
                SetOf(old[i]).Add(ElementWriter.Frontend(before.Port, old[i], before.Values[i]), come: false);
        }

        var wanted = after?.Port.Frontends ?? [];
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!Has(before, wanted[i], after!.Values[i]))
                SetOf(wanted[i]).Add(ElementWriter.Frontend(after.Port, wanted[i], after.Values[i]), come: true);
        }
    }

    private SetChanges SetOf(Frontend frontend) => _sets[frontend.Kind == FrontendKind.NodePort ? 5 : 4];

    private static bool Has(PortState? state, Frontend frontend, uint value)
    {
        for (var i = 0; i < state?.Values.Length; i++)
        {
            if (state.Values[i] == value && state.Port.Frontends[i].Address == frontend.Address && state.Port.Frontends[i].Port == frontend.Port)
                return true;
        }

        return false;
    }

    private static List<NftElement> BackendsOf(uint id, Placement placement) =>
        [.. placement.Endpoints.Select((backend, slot) => ElementWriter.Backend(id, placement.KeyOf(slot), backend))];

    private static List<NftElement> PlacesOf(uint id, Placement placement) =>
        [.. placement.Places.Select((place, slot) => ElementWriter.Place(id, slot, place))];

    private static List<NftElement> SourcesOf(PortState? state) =>
        state is { Port.RestrictsSources: true } && state.Port.Frontends.Any(frontend => frontend.Kind == FrontendKind.LoadBalancerIp)
            ? [.. Clusters.PrefixSet.Normalize(state.Port.SourceRanges).Select(range => ElementWriter.Source(state.Id, range))]
            : [];

    private static void Keys(SetChanges set, List<NftElement> before, List<NftElement> after)
    {
        if (before.Count == 0 && after.Count == 0)
            return;
        var kept = new HashSet<NftElement>(before);
        kept.IntersectWith(after);
        foreach (var element in before.Where(element => !kept.Contains(element)))
            set.Add(element, come: false);
        foreach (var element in after.Where(element => !kept.Contains(element)))
            set.Add(element, come: true);
    }

    private sealed class SetChanges(NftSet set)
    {
        public NftSet Set { get; } = set;
        public ImmutableArray<NftElement>.Builder Gone { get; } = ImmutableArray.CreateBuilder<NftElement>(0);
        public ImmutableArray<NftElement>.Builder Come { get; } = ImmutableArray.CreateBuilder<NftElement>(0);

        public void Add(NftElement element, bool come) => (come ? Come : Gone).Add(element);
    }
}
