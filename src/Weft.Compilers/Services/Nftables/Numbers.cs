namespace Weft.Compilers.Services.Nftables;

/// <summary>Gives out numbers and takes them back; what a plan gives back is not given out again before it is committed.</summary>
internal sealed class Numbers(uint first, uint step, uint last)
{
    private readonly HashSet<uint> _taken = [];
    private readonly Stack<uint> _free = [];
    private readonly List<uint> _plannedTaken = [];
    private readonly List<uint> _plannedFreed = [];
    private uint _used;

    /// <summary>A number that nobody has.</summary>
    /// <exception cref="InvalidOperationException">All of them are in use.</exception>
    public uint Take() =>
        TryTake() ?? throw new InvalidOperationException($"more than {(last - first) / step} numbers are in use: the layout has no room for more");

    /// <summary>A number that nobody has; null when all of them are in use.</summary>
    public uint? TryTake()
    {
        while (_free.TryPop(out var number))
        {
            if (TryTake(number))
                return number;
        }

        for (; first + (_used * step) <= last; _used++)
        {
            var number = first + (_used * step);
            if (TryTake(number))
                return number;
        }

        return null;
    }

    /// <summary>Takes this number, if nobody has it.</summary>
    public bool TryTake(uint number)
    {
        if (number < first || number > last || (number - first) % step != 0 || !_taken.Add(number))
            return false;
        _plannedTaken.Add(number);
        return true;
    }

    /// <summary>Gives a number back that the same plan took.</summary>
    public void Return(uint number)
    {
        _plannedTaken.Remove(number);
        _taken.Remove(number);
        _free.Push(number);
    }

    /// <summary>Gives a number back, once the plan is committed.</summary>
    public void Free(uint number) => _plannedFreed.Add(number);

    /// <summary>Carries the plan out.</summary>
    public void Commit()
    {
        foreach (var number in _plannedFreed)
        {
            _taken.Remove(number);
            _free.Push(number);
        }

        _plannedTaken.Clear();
        _plannedFreed.Clear();
    }

    /// <summary>Forgets the plan.</summary>
    public void Discard()
    {
        foreach (var number in _plannedTaken)
        {
            _taken.Remove(number);
            _free.Push(number);
        }

        _plannedTaken.Clear();
        _plannedFreed.Clear();
    }
}
