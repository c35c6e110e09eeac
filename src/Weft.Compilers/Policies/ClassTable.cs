using System.Runtime.CompilerServices;
using Weft.Model;
using Weft.Model.Policies;

namespace Weft.Compilers.Policies;

/// <summary>Classes in force on this node, each once: groups of pods with the same rules share it.</summary>
internal sealed class ClassTable
{
    private readonly Dictionary<ClassKey, ClassEntry> _classes = [];

    /// <summary>Terms that classes began or ceased to ask for.</summary>
    public HashSet<RuleTerm> Touched { get; } = [];

    /// <summary>The class of these rules for one more group; null for no rules.</summary>
    /// <param name="direction">Its direction.</param>
    /// <param name="audited">Whether policies under audit are among them.</param>
    /// <param name="fragments">Rules of policies, the one that counts first in front.</param>
    public ClassEntry? Take(PolicyDirection direction, bool audited, List<Fragment> fragments)
    {
        if (fragments.Count == 0)
            return null;
        var key = new ClassKey([.. fragments], audited);
        if (!_classes.TryGetValue(key, out var entry))
        {
            entry = new ClassEntry(key, direction);
            _classes.Add(key, entry);
            Use(entry, 1);
        }

        entry.Holders++;
        return entry;
    }

    /// <summary>A group ceases to have it.</summary>
    public void Return(ClassEntry? entry)
    {
        if (entry is null || --entry.Holders > 0)
            return;
        _classes.Remove(entry.Key);
        Use(entry, -1);
    }

    private void Use(ClassEntry entry, int step)
    {
        foreach (var term in entry.Key.Fragments.SelectMany(fragment => fragment.Terms).Distinct())
        {
            var before = term.Uses;
            term.Uses += step;
            if (before == 0 || term.Uses == 0)
                Touched.Add(term);
        }
    }
}

/// <summary>A class and how many groups of pods have it.</summary>
internal sealed class ClassEntry(ClassKey key, PolicyDirection direction)
{
    public ClassKey Key { get; } = key;

    public int Holders { get; set; }

    public PolicyClass Class { get; } = new(direction)
    {
        IsAudited = key.Audited,
        Admin = Rules(key, PolicyTier.Admin),
        Namespaced = Rules(key, PolicyTier.NetworkPolicy),
        Baseline = Rules(key, PolicyTier.Baseline),
        IsolatedBy = key.Fragments.Where(fragment => fragment.Tier == PolicyTier.NetworkPolicy).Select(fragment => fragment.Policy).ToEquatableArray(),
    };

    private static EquatableArray<PolicyRule> Rules(ClassKey key, PolicyTier tier) =>
        key.Fragments.Where(fragment => fragment.Tier == tier).SelectMany(fragment => fragment.Rules).ToEquatableArray();
}

/// <summary>The rules of which a class consists, and whether they are for audit; equal when they are the same references.</summary>
internal readonly struct ClassKey(Fragment[] fragments, bool audited) : IEquatable<ClassKey>
{
    public Fragment[] Fragments { get; } = fragments;

    public bool Audited { get; } = audited;

    public bool Equals(ClassKey other) => Audited == other.Audited && Fragments.AsSpan().SequenceEqual(other.Fragments);

    public override bool Equals(object? obj) => obj is ClassKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var fragment in Fragments)
            hash.Add(RuntimeHelpers.GetHashCode(fragment));
        return hash.ToHashCode();
    }
}
