using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Which classes frontends use, by what number, and which chains that takes. A class goes when its last frontend does.</summary>
internal sealed class ClassBook(ServiceSets sets)
{
    private readonly Dictionary<EntryClass, Use> _uses = [];
    private readonly Numbers _numbers = new(1, 1, ServiceSets.MaxClass);
    private readonly HashSet<EntryClass> _planned = [];

    /// <summary>Whether the plan brings a class or lets one go.</summary>
    public bool Changed => _planned.Any(entry => _uses[entry] is var use && use.Count > 0 != use.After > 0);

    /// <summary>The classes that are in use after the plan.</summary>
    public IEnumerable<(EntryClass Class, uint Number, List<NftChain> Chains)> Active =>
        _uses.Where(use => use.Value.After > 0).Select(use => (use.Key, use.Value.Number, use.Value.Chains));

    /// <summary>Notes a use more, or less; returns the class's number.</summary>
    /// <param name="entry">The class.</param>
    /// <param name="change">1 or -1.</param>
    /// <param name="preferred">Numbers by the name of a class's chain, as found in the kernel.</param>
    public uint Plan(EntryClass entry, int change, IReadOnlyDictionary<string, uint>? preferred = null)
    {
        if (!_uses.TryGetValue(entry, out var use))
        {
            var number = preferred?.TryGetValue(entry.Chain, out var known) is true && _numbers.TryTake(known) ? known : _numbers.Take();
            _uses[entry] = use = new Use(number, ClassChains.Of(entry, sets));
        }

        use.Planned += change;
        _planned.Add(entry);
        return use.Number;
    }

    /// <summary>Carries the plan out.</summary>
    public void Commit()
    {
        foreach (var entry in _planned)
        {
            var use = _uses[entry];
            use.Count = use.After;
            use.Planned = 0;
            if (use.Count == 0)
            {
                _uses.Remove(entry);
                _numbers.Free(use.Number);
            }
        }

        _planned.Clear();
        _numbers.Commit();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        foreach (var entry in _planned)
        {
            var use = _uses[entry];
            use.Planned = 0;
            if (use.Count == 0)
                _uses.Remove(entry);
        }

        _planned.Clear();
        _numbers.Discard();
    }

    private sealed class Use(uint number, List<NftChain> chains)
    {
        public uint Number { get; } = number;
        public List<NftChain> Chains { get; } = chains;
        public int Count { get; set; }
        public int Planned { get; set; }
        public int After => Count + Planned;
    }
}
