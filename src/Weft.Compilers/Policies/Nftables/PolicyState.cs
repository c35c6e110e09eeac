using Weft.Model.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>What is in the kernel, and a plan of what is to change, for one content that one or two tables have.</summary>
internal sealed class PolicyState
{
    private static readonly (PolicyDirection Direction, bool Audited)[] Sides =
        [(PolicyDirection.Egress, false), (PolicyDirection.Ingress, false), (PolicyDirection.Egress, true), (PolicyDirection.Ingress, true)];

    private readonly Journal _journal = new();

    public PolicyState(int largestClass)
    {
        Identities = new IdentityBook(_journal);
        Classes = new PolicyClassBook(_journal);
        Verdicts = new VerdictBook(Classes, Identities, _journal, largestClass);
    }

    public IdentityBook Identities { get; }

    public PolicyClassBook Classes { get; }

    public VerdictBook Verdicts { get; }

    /// <summary>Plans the way from one table to another.</summary>
    public PolicyChanges Plan(PolicyTable before, PolicyTable after, PolicySeed? seed)
    {
        var (pods, peers) = (TableDelta.Pods(before, after), PeerDelta.Between(before, after));
        foreach (var range in peers.Come)
            Identities.Take(range.Identity, seed?.IdentityOf(range.First, range.IsBlock));
        foreach (var range in peers.Gone)
            Identities.Give(range.Identity);
        foreach (var pod in pods.Come)
            Use(pod, (side, @class) => Classes.Take(@class, seed?.ClassOf(pod, side.Direction, side.Audited)));
        foreach (var pod in pods.Gone)
            Use(pod, (_, @class) => Classes.Give(@class));
        var changes = new PolicyChanges();
        Verdicts.Plan(changes);
        PlanPeers(peers, changes);
        PlanPods(pods, changes);
        foreach (var address in before.NodeAddresses.Except(after.NodeAddresses))
            changes.Go(PolicySets.Node(address.IsV6), PolicyElements.Address(address));
        foreach (var address in after.NodeAddresses.Except(before.NodeAddresses))
            changes.Come(PolicySets.Node(address.IsV6), PolicyElements.Address(address));
        return changes;
    }

    /// <summary>The plan has been carried out.</summary>
    public void Commit()
    {
        _journal.Commit();
        Identities.Commit();
        Classes.Commit();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        Identities.Discard();
        Classes.Discard();
        _journal.Discard();
    }

    /// <summary>Every element of a table's content, the plan carried out.</summary>
    public PolicyChanges Whole(PolicyTable table)
    {
        var all = new PolicyChanges();
        foreach (var state in Classes.Active)
        {
            foreach (var verdicts in state.Verdicts.Values)
                all.Come(verdicts);
        }

        PlanPeers(PeerDelta.Between(PolicyTable.Empty, table), all);
        PlanPods(TableDelta.Pods(PolicyTable.Empty, table), all);
        foreach (var address in table.NodeAddresses.Distinct())
            all.Come(PolicySets.Node(address.IsV6), PolicyElements.Address(address));
        return all;
    }

    private void PlanPeers(TableDelta<AddressRange> peers, PolicyChanges changes)
    {
        foreach (var range in peers.Gone)
            changes.Go(PolicySets.Of(range), PolicyElements.Peer(range, Identities.NumberOf(range.Identity)));
        foreach (var range in peers.Come)
            changes.Come(PolicySets.Of(range), PolicyElements.Peer(range, Identities.NumberOf(range.Identity)));
    }

    private void PlanPods(TableDelta<PolicedPod> pods, PolicyChanges changes)
    {
        var former = pods.Gone.ToDictionary(pod => pod.Address);
        foreach (var pod in pods.Come)
        {
            former.Remove(pod.Address, out var old);
            PlanPod(old, pod, changes);
        }

        foreach (var old in former.Values)
            PlanPod(old, null, changes);
    }

    private void PlanPod(PolicedPod? old, PolicedPod? wanted, PolicyChanges changes)
    {
        var address = (old ?? wanted)!.Address;
        foreach (var (direction, audited) in Sides)
        {
            var (gone, come) = (ElementOf(old, direction, audited), ElementOf(wanted, direction, audited));
            if (gone is not null && gone.Equals(come))
                continue;
            if (gone is not null)
                changes.Go(PolicySets.Classes(direction, audited, address.IsV6), gone);
            if (come is not null)
                changes.Come(PolicySets.Classes(direction, audited, address.IsV6), come);
        }

        if (old is null)
            changes.Come(PolicySets.Self(address.IsV6), PolicyElements.Self(address));
        else if (wanted is null)
            changes.Go(PolicySets.Self(address.IsV6), PolicyElements.Self(address));
    }

    private NftElement? ElementOf(PolicedPod? pod, PolicyDirection direction, bool audited) =>
        pod?.ClassOf(direction, audited) is { } @class ? PolicyElements.Class(pod, Classes.Find(@class)!.Number) : null;

    private static void Use(PolicedPod pod, Action<(PolicyDirection Direction, bool Audited), PolicyClass> use)
    {
        foreach (var side in Sides)
        {
            if (pod.ClassOf(side.Direction, side.Audited) is { } @class)
                use(side, @class);
        }
    }
}
