using System.Runtime.CompilerServices;
using Weft.Compilers.Services.Nftables;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies.Nftables;

/// <summary>Which classes pods of this node have, and by what number. A class goes with its last pod.</summary>
internal sealed class PolicyClassBook(Journal journal)
{
    private const uint Step = 2;

    private readonly Dictionary<PolicyClass, ClassState> _states = [];
    private readonly Dictionary<uint, ClassState> _byNumber = [];
    private readonly Dictionary<PeerTerm, HashSet<ClassState>> _byTerm = [];

    // Classes are large to compare; the same object need not be compared twice.
    private readonly ConditionalWeakTable<PolicyClass, ClassState> _byReference = [];
    private readonly Numbers _numbers = new(Step, Step, PolicySets.NumberMask - 1);
    private readonly HashSet<ClassState> _planned = [];

    /// <summary>Classes in use after the plan.</summary>
    public IEnumerable<ClassState> Active => _states.Values.Where(state => state.After > 0);

    /// <summary>Classes that the plan brings.</summary>
    public IEnumerable<ClassState> Opened => _planned.Where(state => state is { Count: 0, After: > 0 });

    /// <summary>Classes that no pod has any more after the plan.</summary>
    public IEnumerable<ClassState> Closed => _planned.Where(state => state.After == 0);

    /// <summary>Notes a pod more.</summary>
    /// <param name="wanted">The class.</param>
    /// <param name="preferred">The number that the kernel has for the pod.</param>
    public void Take(PolicyClass wanted, uint? preferred)
    {
        var state = Find(wanted) ?? Open(wanted, preferred);
        state.Planned++;
        _planned.Add(state);
    }

    /// <summary>Notes a pod less.</summary>
    public void Give(PolicyClass known)
    {
        var state = Find(known) ?? throw new ArgumentException("nobody has this class", nameof(known));
        state.Planned--;
        _planned.Add(state);
    }

    /// <summary>A class in use, by value.</summary>
    public ClassState? Find(PolicyClass wanted)
    {
        if (_byReference.TryGetValue(wanted, out var known) && known.IsOpen)
            return known;
        if (!_states.TryGetValue(wanted, out var state))
            return null;
        _byReference.AddOrUpdate(wanted, state);
        return state;
    }

    /// <summary>The class of a number.</summary>
    public ClassState? Find(uint number) => _byNumber.GetValueOrDefault(number & ~PolicySets.RangedFlag);

    /// <summary>Classes with a rule for one of the terms, and a pod after the plan.</summary>
    public IEnumerable<ClassState> Naming(PeerIdentity identity)
    {
        var found = new HashSet<ClassState>();
        foreach (var term in identity.Terms)
        {
            if (_byTerm.TryGetValue(term, out var states))
                found.UnionWith(states);
        }

        return found.Where(state => state.After > 0);
    }

    /// <summary>The plan has been carried out.</summary>
    public void Commit()
    {
        foreach (var state in _planned)
        {
            state.Count = state.After;
            state.Planned = 0;
            if (state.Count > 0)
                continue;
            Remove(state);
            _numbers.Free(state.Number & ~PolicySets.RangedFlag);
        }

        _planned.Clear();
        _numbers.Commit();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        foreach (var state in _planned)
            state.Planned = 0;
        _planned.Clear();
        _numbers.Discard();
    }

    private ClassState Open(PolicyClass wanted, uint? preferred)
    {
        var rules = new ClassRules(wanted);
        var flag = rules.HasRanges ? PolicySets.RangedFlag : 0;
        var number = preferred is { } known && (known & PolicySets.RangedFlag) == flag && _numbers.TryTake(known & ~PolicySets.RangedFlag)
            ? known
            : _numbers.Take() | flag;
        var state = new ClassState(wanted, number, rules);
        _states.Add(wanted, state);
        _byNumber.Add(number & ~PolicySets.RangedFlag, state);
        _byReference.AddOrUpdate(wanted, state);
        foreach (var term in rules.Terms)
        {
            if (!_byTerm.TryGetValue(term, out var states))
                _byTerm[term] = states = [];
            states.Add(state);
        }

        journal.Undo(() => Remove(state));
        return state;
    }

    private void Remove(ClassState state)
    {
        state.IsOpen = false;
        _states.Remove(state.Class);
        _byNumber.Remove(state.Number & ~PolicySets.RangedFlag);
        foreach (var term in state.Rules.Terms)
        {
            _byTerm[term].Remove(state);
            if (_byTerm[term].Count == 0)
                _byTerm.Remove(term);
        }
    }
}
