using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>The verdicts of every class for every identity that its rules name, and how they change with both.</summary>
internal sealed class VerdictBook(PolicyClassBook classes, IdentityBook identities, Journal journal, int largestClass)
{
    private readonly int[] _lengths = new int[PortPrefixes.Single];

    /// <summary>Bit n: some range of ports is a prefix of n bits.</summary>
    public uint Lengths => _lengths.Select((count, length) => count > 0 ? 1u << length : 0).Aggregate(0u, (all, bit) => all | bit);

    /// <summary>Classes whose verdicts are too many, so that they deny everything.</summary>
    public IEnumerable<Problem> Problems => classes.Active.Where(state => state.IsTooLarge).SelectMany(TooLarge);

    /// <summary>Follows what the plan does to classes and identities.</summary>
    public void Plan(PolicyChanges changes)
    {
        foreach (var identity in identities.Closed)
        {
            foreach (var state in classes.Naming(identity.Identity).Where(state => state.Count > 0))
                Forget(state, identity.Number, changes);
        }

        foreach (var state in classes.Closed.Where(state => state.Count > 0))
        {
            foreach (var verdicts in state.Verdicts.Values)
                Drop(verdicts, changes);
        }

        foreach (var (state, come) in Growing())
            Grow(state, come, changes);
        foreach (var state in classes.Opened)
            Grow(state, identities.Matching(state.Rules.Terms), changes, isNew: true);
    }

    private Dictionary<ClassState, List<IdentityState>> Growing()
    {
        var growing = new Dictionary<ClassState, List<IdentityState>>();
        foreach (var identity in identities.Opened)
        {
            foreach (var state in classes.Naming(identity.Identity).Where(state => state.Count > 0))
            {
                if (!growing.TryGetValue(state, out var come))
                    growing[state] = come = [];
                come.Add(identity);
            }
        }

        return growing;
    }

    private void Grow(ClassState state, IEnumerable<IdentityState> come, PolicyChanges changes, bool isNew = false)
    {
        if (state.IsTooLarge)
            return;
        var writer = new VerdictWriter(state.Rules, state.Number);
        var added = new List<(uint Identity, VerdictElements Verdicts)>();
        if (isNew)
            added.Add((PolicySets.Everybody, writer.OfEverybody()));
        var size = state.Size + added.Sum(found => found.Verdicts.Count);
        foreach (var identity in size > largestClass ? [] : come)
        {
            var verdicts = writer.Of(identity.Number, state.Rules.Of(identity.Identity));
            if (verdicts.Count == 0)
                continue;
            added.Add((identity.Number, verdicts));
            size += verdicts.Count;
            if (size > largestClass)
                break;
        }

        if (size > largestClass)
            Close(state, changes);
        else
            added.ForEach(found => Add(state, found.Identity, found.Verdicts, changes));
    }

    private void Add(ClassState state, uint identity, VerdictElements verdicts, PolicyChanges changes)
    {
        state.Verdicts.Add(identity, verdicts);
        state.Size += verdicts.Count;
        journal.Undo(() =>
        {
            state.Verdicts.Remove(identity);
            state.Size -= verdicts.Count;
        });
        changes.Come(verdicts);
        Count(verdicts, 1);
    }

    private void Forget(ClassState state, uint identity, PolicyChanges changes)
    {
        if (!state.Verdicts.Remove(identity, out var verdicts))
            return;
        state.Size -= verdicts.Count;
        journal.Undo(() =>
        {
            state.Verdicts.Add(identity, verdicts);
            state.Size += verdicts.Count;
        });
        Drop(verdicts, changes);
    }

    /// <summary>Denies everything to a class, and for good: it opens again only as another class.</summary>
    private void Close(ClassState state, PolicyChanges changes)
    {
        var (before, size) = (state.Verdicts, state.Size);
        journal.Undo(() => (state.Verdicts, state.Size, state.IsTooLarge) = (before, size, false));
        foreach (var verdicts in before.Values)
            Drop(verdicts, changes);
        (state.Verdicts, state.Size, state.IsTooLarge) = ([], 0, true);
        Add(state, PolicySets.Everybody, VerdictElements.None with { Any = [PolicyElements.Any(state.Number, PolicySets.Everybody, accepted: false, "too many verdicts")] }, changes);
    }

    private void Drop(VerdictElements verdicts, PolicyChanges changes)
    {
        changes.Go(verdicts);
        Count(verdicts, -1);
    }

    private void Count(VerdictElements verdicts, int change)
    {
        if (verdicts.Ranges.Length == 0)
            return;
        AddLengths(change);
        journal.Undo(() => AddLengths(-change));

        void AddLengths(int number)
        {
            foreach (var element in verdicts.Ranges)
                _lengths[PortPrefixes.LengthOf(PolicyElements.PortOf(element.Key).Port)] += number;
        }
    }

    private IEnumerable<Problem> TooLarge(ClassState state)
    {
        var (@class, direction) = (state.Class, state.Class.Direction == PolicyDirection.Egress ? "egress" : "ingress");
        return @class.AllPolicies().Select(policy => new Problem(
            policy.ToString(),
            "TooManyVerdicts",
            $"peers times ports of the policies that select {state.After} addresses of this node make more than {largestClass} verdicts; until there are fewer, all {direction} of these pods is denied"));
    }
}
