namespace Weft.Node.Announcing;

/// <summary>Which leases are fresh, by this machine's clock alone.</summary>
/// <param name="self">Our own.</param>
/// <param name="duration">For how long a lease counts.</param>
/// <param name="time">The clock.</param>
internal sealed class LeaseClock(string self, TimeSpan duration, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _heard = new(StringComparer.Ordinal);
    private readonly HashSet<string> _alive = new(StringComparer.Ordinal);

    // Whom we have not heard since then may not have had the time to speak.
    private long _since = time.GetTimestamp();

    /// <summary>Whether our own lease was heard lately: then we can write, and we hear the others too.</summary>
    public bool IsCertain
    {
        get
        {
            lock (_gate)
                return IsHearing;
        }
    }

    /// <summary>Notes that a lease was heard of. When our own comes after a silence, everybody gets the time to be heard again.</summary>
    /// <param name="name">The node.</param>
    /// <param name="before">When it was renewed, as heard before; null for never.</param>
    /// <param name="after">When it was renewed.</param>
    /// <param name="gone">Whether it was deleted.</param>
    public void Note(string name, DateTimeOffset? before, DateTimeOffset? after, bool gone)
    {
        lock (_gate)
        {
            if (gone)
                _heard.Remove(name);
            if (gone || before == after)
                return;
            if (name == self && !IsHearing)
                _since = time.GetTimestamp();
            _heard[name] = time.GetTimestamp();
        }
    }

    /// <summary>Which of these are alive. The answer stays as it was while our own lease is not heard.</summary>
    public IReadOnlySet<string> Alive(IEnumerable<string> names)
    {
        lock (_gate)
        {
            if (!IsHearing)
                return _alive.ToHashSet(StringComparer.Ordinal);
            var isEarly = IsFresh(_since);
            _alive.Clear();
            foreach (var name in names)
            {
                if (isEarly || IsFresh(Last(name)))
                    _alive.Add(name);
            }

            return _alive.ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>
    /// Half the time of a lease and not all of it: whoever fell silent together with us was heard up to a third earlier, and must not be taken for dead first.
    /// </summary>
    private bool IsHearing => Last(self) is { } last && time.GetElapsedTime(last) < duration / 2;

    private long? Last(string name) => _heard.TryGetValue(name, out var last) ? last : null;

    private bool IsFresh(long? moment) => moment is { } known && time.GetElapsedTime(known) < duration;
}
