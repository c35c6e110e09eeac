using Weft.Compilers.Policies.Nftables;
using Weft.Model.Policies;
using Weft.Netlink;
using Weft.Netlink.Nftables;

namespace Weft.Node.Policies.Verdicts;

/// <summary>How many packets each rule has decided. The kernel counts per verdict; these sums go on when verdicts are replaced, so they never go down.</summary>
/// <remarks>
/// Read when somebody asks, and not more often than costs a twentieth of a processor. What a verdict counted between the last reading and its end is lost.
/// Safe for concurrent use.
/// </remarks>
/// <param name="driver">A packet filter socket of its own.</param>
/// <param name="time">The clock.</param>
internal sealed class RuleCounters(INftablesDriver driver, TimeProvider time)
{
    private const int RestPerReading = 20;

    private readonly Lock _gate = new();
    private readonly BoundedTable<CountedRule, ulong> _sums = new(VerdictTally.Most);
    private Dictionary<RuleCountElement, (CountedRule Rule, ulong Packets)> _last = [];
    private PolicyTable _table = PolicyTable.Empty;
    private long? _read;
    private TimeSpan _rest;

    /// <summary>Notes what the kernel enforces.</summary>
    public void Note(PolicyTable table) => Volatile.Write(ref _table, table);

    /// <summary>The sums, as of now or of shortly before.</summary>
    public IReadOnlyList<KeyValuePair<CountedRule, ulong>> Read()
    {
        lock (_gate)
        {
            if (_read is not { } last || time.GetElapsedTime(last) >= _rest)
                Renew();
            return [.. _sums.Latest];
        }
    }

    private void Renew()
    {
        var table = Volatile.Read(ref _table);
        var started = time.GetTimestamp();
        try
        {
            if (table.Pods.Count > 0 || _last.Count > 0)
                Add(RuleCount.Of(driver.ReadBack(NftPolicyProgram.Tables), table));
        }
        catch (Exception error) when (error is NftException or NetlinkException)
        {
            // Somebody changes tables all the time: the sums of before have to do.
        }

        _read = time.GetTimestamp();
        _rest = RestPerReading * time.GetElapsedTime(started);
    }

    private void Add(IEnumerable<RuleCount> counts)
    {
        var now = new Dictionary<RuleCountElement, (CountedRule Rule, ulong Packets)>(_last.Count);
        foreach (var (element, rule, counted) in counts)
        {
            now[element] = (rule, counted.Packets);
            var before = _last.TryGetValue(element, out var known) && known.Rule == rule && known.Packets <= counted.Packets ? known.Packets : 0;
            if (counted.Packets == before)
                continue;
            _sums.TryGet(rule, out var sum);
            _sums.Set(rule, sum + counted.Packets - before);
        }

        _last = now;
    }
}
