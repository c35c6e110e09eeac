using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Policies.Reach;

/// <summary>Connections that a change opens or closes.</summary>
/// <param name="Changes">Each kind of connection once, sorted.</param>
/// <param name="Pods">How many pods were compared: those that are in both.</param>
/// <param name="OnlyBefore">Pods that are gone.</param>
/// <param name="OnlyAfter">Pods that came.</param>
public sealed record PolicyDifference(EquatableArray<ReachChange> Changes, int Pods, EquatableArray<string> OnlyBefore, EquatableArray<string> OnlyAfter);

/// <summary>Connections that fare the same, and by the same rules, before and after.</summary>
/// <param name="IsOpened">Whether they pass afterwards; else they passed before.</param>
/// <param name="From">Who opens them.</param>
/// <param name="To">Who is to accept them.</param>
/// <param name="Ports">On what.</param>
/// <param name="By">The rule that now accepts or denies them; where there is none any more, the one that decided before.</param>
public sealed record ReachChange(bool IsOpened, EquatableArray<string> From, EquatableArray<string> To, EquatableArray<PortPiece> Ports, string By);

/// <summary>Compares what two sets of policies let pass, by kinds of pods rather than pod by pod.</summary>
public static class PolicyDiff
{
    /// <summary>Compares.</summary>
    /// <param name="before">The cluster before, and its pods.</param>
    /// <param name="after">The cluster afterwards, and its pods.</param>
    public static PolicyDifference Between((ClusterSnapshot Objects, EquatableArray<Pod> Pods) before, (ClusterSnapshot Objects, EquatableArray<Pod> Pods) after)
    {
        var (old, @new) = (new PolicyWorld(before.Objects, before.Pods), new PolicyWorld(after.Objects, after.Pods));
        var (was, now) = (Keyed(old), Keyed(@new));
        var common = was.Keys.Where(now.ContainsKey).ToList();
        var pairs = new PairedGroups(old, @new);
        foreach (var key in common)
            pairs.AddPod(key.Pod, was[key], now[key]);
        pairs.AddNodes();
        pairs.AddDns();
        pairs.AddOutside();
        return new PolicyDifference(
            Merge(Compare(pairs)),
            common.Select(key => key.Pod).Distinct().Count(),
            Names(was.Keys.Except(common)),
            Names(now.Keys.Except(common)));
    }

    private static Dictionary<(ObjectKey Pod, bool V6), IpAddress> Keyed(PolicyWorld world) => world.Pods()
        .GroupBy(pod => (pod.Pod, pod.Address.IsV6)).ToDictionary(same => same.Key, same => same.First().Address);

    private static EquatableArray<string> Names(IEnumerable<(ObjectKey Pod, bool V6)> keys) =>
        keys.Select(key => key.Pod.ToString()).Distinct().Order(StringComparer.Ordinal).ToEquatableArray();

    private static IEnumerable<ReachChange> Compare(PairedGroups groups)
    {
        var known = new Dictionary<(EquatableArray<PortPiece>, EquatableArray<PortPiece>), List<(bool IsOpened, string By, EquatableArray<PortPiece> Ports)>>();
        foreach (var (from, to) in groups.Pairs())
        {
            var (was, now) = groups.Between(from, to);
            if (was == now)
                continue;
            if (!known.TryGetValue((was, now), out var changes))
                known[(was, now)] = changes = Changes(was, now);
            foreach (var (isOpened, by, ports) in changes)
                yield return new ReachChange(isOpened, from.Names, to.Names, ports, by);
        }
    }

    private static List<(bool IsOpened, string By, EquatableArray<PortPiece> Ports)> Changes(EquatableArray<PortPiece> was, EquatableArray<PortPiece> now) =>
    [
        .. PortPieces.Overlaps(was, now).Where(pair => pair.Left.IsAccepted != pair.Right.IsAccepted)
            .Select(pair => (
                IsOpened: pair.Right.IsAccepted,
                By: pair.Right.Why.Length > 0 ? pair.Right.Why : $"no more {(pair.Right.IsAccepted ? "denied" : "accepted")} by {pair.Left.Why}",
                Piece: pair.Right with { First = ushort.Max(pair.Left.First, pair.Right.First), Last = ushort.Min(pair.Left.Last, pair.Right.Last) }))
            .GroupBy(change => (change.IsOpened, change.By))
            .Select(alike => (alike.Key.IsOpened, alike.Key.By, PortPiece.Merge(alike.Select(change => change.Piece)).ToEquatableArray())),
    ];

    /// <summary>Changes that differ in one end only become one.</summary>
    private static EquatableArray<ReachChange> Merge(IEnumerable<ReachChange> changes) => changes
        .GroupBy(change => (change.IsOpened, change.From, change.Ports, change.By)).Select(alike => alike.First() with { To = Union(alike.Select(change => change.To)) })
        .GroupBy(change => (change.IsOpened, change.To, change.Ports, change.By)).Select(alike => alike.First() with { From = Union(alike.Select(change => change.From)) })
        .OrderByDescending(change => change.IsOpened).ThenBy(change => change.From[0], StringComparer.Ordinal).ThenBy(change => change.To[0], StringComparer.Ordinal)
        .ThenBy(change => change.By, StringComparer.Ordinal).ThenBy(change => change.Ports[0].Protocol).ThenBy(change => change.Ports[0].First)
        .ToEquatableArray();

    private static EquatableArray<string> Union(IEnumerable<EquatableArray<string>> names) =>
        names.SelectMany(list => list).Distinct().Order(StringComparer.Ordinal).ToEquatableArray();
}
