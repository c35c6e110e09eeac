using Weft.Model;

namespace Weft.Node.Announcing;

/// <summary>The addresses that this node announces, and what is said about them when.</summary>
/// <remarks>
/// While the node is certain (it hears the API server), a claim of another machine is answered by an announcement. While it is not, others may have taken
/// over: it goes on, asks now and then whether somebody else answers, and gives an address up as soon as somebody does.
/// </remarks>
/// <param name="announcer">Speaks.</param>
/// <param name="time">The clock.</param>
internal sealed class AnnouncedSet(IAnnouncer announcer, TimeProvider time)
{
    // RFC 5227 asks for two; frames get lost while switches learn, and five cost nothing.
    private const int Announcements = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<IpAddress, Entry> _entries = [];
    private EquatableArray<IpRange> _ranges;
    private bool _served;

    /// <summary>What is answered for.</summary>
    public IEnumerable<AnnouncedAddress> Served => _entries.Values.Where(entry => !entry.Yielded).Select(entry => entry.Address).OrderBy(address => address.Address);

    /// <summary>Announces these from now on, and no others.</summary>
    /// <param name="wanted">The addresses.</param>
    /// <param name="ranges">Where they come from.</param>
    /// <param name="certain">Whether the wish is up to date: then what was given up is taken again.</param>
    /// <exception cref="Netlink.NetlinkException">A link cannot be listened to; to be tried again.</exception>
    public void Update(EquatableArray<AnnouncedAddress> wanted, EquatableArray<IpRange> ranges, bool certain)
    {
        var changed = ranges != _ranges || !_served;
        foreach (var gone in _entries.Keys.Except(wanted.Select(address => address.Address)).ToList())
            changed |= _entries.Remove(gone);
        foreach (var address in wanted)
        {
            if (_entries.TryGetValue(address.Address, out var known) && known.Address == address && !(known.Yielded && certain))
                continue;
            _entries[address.Address] = new Entry(address, time.GetTimestamp());
            changed = true;
        }

        _ranges = ranges;
        if (changed)
            Serve();
    }

    /// <summary>Says what is due.</summary>
    /// <returns>When something will be due next; null for never.</returns>
    public TimeSpan? Speak(bool certain)
    {
        TimeSpan? next = null;
        foreach (var entry in _entries.Values.Where(entry => !entry.Yielded))
        {
            if (entry.Left > 0)
            {
                if (Due(ref entry.Announced, Interval, ref next, first: entry.Left == Announcements))
                {
                    announcer.Announce(entry.Address);
                    entry.Left--;
                }
            }

            if (!certain && Due(ref entry.Probed, ProbeInterval, ref next, first: false))
                announcer.Probe(entry.Address);
        }

        return next;
    }

    /// <summary>Hears that another machine says to have an address.</summary>
    /// <returns>What was done about it.</returns>
    public ClaimOutcome Claim(IpAddress address, bool certain)
    {
        if (!_entries.TryGetValue(address, out var entry) || entry.Yielded)
            return ClaimOutcome.None;
        if (!certain)
        {
            entry.Yielded = true;
            Serve();
            return ClaimOutcome.Yielded;
        }

        if (entry.Defended is { } last && time.GetElapsedTime(last) < Interval)
            return ClaimOutcome.None;
        entry.Defended = time.GetTimestamp();
        announcer.Announce(entry.Address);
        return ClaimOutcome.Defended;
    }

    private bool Due(ref long last, TimeSpan interval, ref TimeSpan? next, bool first)
    {
        var left = interval - time.GetElapsedTime(last);
        var due = first || left <= TimeSpan.Zero;
        if (due)
            last = time.GetTimestamp();
        left = due ? interval : left;
        next = next is null || left < next ? left : next;
        return due;
    }

    private void Serve()
    {
        _served = false;
        announcer.Serve(Served.ToEquatableArray(), _ranges);
        _served = true;
    }

    private sealed class Entry(AnnouncedAddress address, long now)
    {
        public long Announced = now;
        public long Probed = now;

        public AnnouncedAddress Address { get; } = address;

        public int Left { get; set; } = Announcements;

        public bool Yielded { get; set; }

        public long? Defended { get; set; }
    }
}

/// <summary>What was done about another machine's claim.</summary>
internal enum ClaimOutcome
{
    /// <summary>Nothing: the address is not ours, or it was answered a moment ago.</summary>
    None,

    /// <summary>The address was announced again.</summary>
    Defended,

    /// <summary>The address was given up until the API server says whose it is.</summary>
    Yielded,
}
