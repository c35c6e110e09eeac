using Weft.Model.Nftables;

namespace Weft.Compilers.Services.Nftables;

/// <summary>Which classes frontends use, by what number, and which chains that takes. A class goes when its last frontend does.</summary>
internal sealed class ClassBook(ServiceSets sets)
{
    /// <summary>
    /// From this many classes on, the timeouts of new ones are rounded up to powers of two: thousands of Services, each with a timeout of its own, must
    /// not use up the numbers.
    /// </summary>
    private const int Crowded = 2048;

    private readonly Dictionary<EntryClass, Use> _uses = [];
    private readonly Dictionary<uint, EntryClass> _byNumber = [];
    private readonly Numbers _numbers = new(1, 1, ServiceSets.MaxClass);
    private readonly HashSet<EntryClass> _planned = [];

    /// <summary>Whether the plan brings a class or lets one go.</summary>
    public bool Changed => _planned.Any(entry => _uses[entry] is var use && use.Count > 0 != use.After > 0);

    /// <summary>The classes that are in use after the plan.</summary>
    public IEnumerable<(EntryClass Class, uint Number, List<NftChain> Chains)> Active =>
        _uses.Where(use => use.Value.After > 0).Select(use => (use.Key, use.Value.Number, use.Value.Chains));

    /// <summary>Notes a use more; returns the class's number, or null when all numbers are in use.</summary>
    /// <param name="wanted">The class.</param>
    /// <param name="preferred">Numbers by the name of a class's chain, as found in the kernel.</param>
    public uint? Take(EntryClass wanted, IReadOnlyDictionary<string, uint>? preferred)
    {
        if (!_uses.TryGetValue(wanted, out var use))
        {
            var entry = _uses.Count < Crowded ? wanted : wanted.Rounded();
            if (!_uses.TryGetValue(entry, out use) && (use = Open(entry, preferred)) is null)
                return null;
            wanted = entry;
        }

        use.Planned++;
        _planned.Add(wanted);
        return use.Number;
    }

    /// <summary>Notes a use less of the class with this number.</summary>
    public void Give(uint number)
    {
        var entry = _byNumber[number];
        _uses[entry].Planned--;
        _planned.Add(entry);
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
                Close(entry, use);
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
                Close(entry, use);
        }

        _planned.Clear();
        _numbers.Discard();
    }

    private Use? Open(EntryClass entry, IReadOnlyDictionary<string, uint>? preferred)
    {
        if ((preferred is not null && preferred.TryGetValue(entry.Chain, out var known) && _numbers.TryTake(known) ? known : _numbers.TryTake()) is not { } number)
            return null;
        var use = new Use(number, ClassChains.Of(entry, sets));
        _uses[entry] = use;
        _byNumber[number] = entry;
        return use;
    }

    private void Close(EntryClass entry, Use use)
    {
        _uses.Remove(entry);
        _byNumber.Remove(use.Number);
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
