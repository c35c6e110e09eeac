namespace Weft.Cli.Bench.Dns;

/// <summary>The servers that are measured, all running, one at a time under load.</summary>
internal sealed class DnsBenchRig : IDisposable
{
    private readonly List<DnsBenchProcess> _processes = [];

    private DnsBenchRig(IReadOnlyList<DnsBenchRival> all) => All = all;

    /// <summary>Who is measured, ours first.</summary>
    public IReadOnlyList<DnsBenchRival> All { get; }

    /// <summary>Starts them, and waits until each answers.</summary>
    public static async Task<DnsBenchRig> StartAsync(IReadOnlyList<DnsBenchRival> rivals, string folder, int upstream, CancellationToken ct)
    {
        var rig = new DnsBenchRig(rivals);
        try
        {
            foreach (var rival in rivals)
            {
                var process = new DnsBenchProcess(rival.Start(folder, upstream));
                rig._processes.Add(process);
                await process.AnswersAsync(rival.Name, rival.Port, ct);
            }

            return rig;
        }
        catch
        {
            rig.Dispose();
            throw;
        }
    }

    /// <summary>The median rate of each, in answers a second, by its name; they take turns, after one turn that does not count.</summary>
    public Task<IReadOnlyDictionary<string, double>> RatesAsync(IReadOnlyList<DnsBenchRival> rivals, string queries, DnsBenchScale scale, CancellationToken ct) =>
        InTurnsAsync(rivals, scale.Runs + 1, rival => DnsLoad.RateAsync(rival.Port, queries, scale, ct), Report.Median);

    /// <summary>Each one's time for 99 of 100 answers, in milliseconds, in its best turn: what else the machine does only makes it worse.</summary>
    public Task<IReadOnlyDictionary<string, double>> WorstAsync(string queries, DnsBenchScale scale, CancellationToken ct) =>
        InTurnsAsync(All, scale.Runs + 1, rival => DnsLoad.WorstAsync(rival.Port, queries, scale, ct), Enumerable.Min);

    public void Dispose() => _processes.ForEach(process => process.Dispose());

    private static async Task<IReadOnlyDictionary<string, double>> InTurnsAsync(
        IReadOnlyList<DnsBenchRival> rivals, int turns, Func<DnsBenchRival, Task<double>> measure, Func<IEnumerable<double>, double> summary)
    {
        var measured = rivals.ToDictionary(rival => rival.Name, _ => new List<double>());
        for (var turn = 0; turn < turns; turn++)
        {
            foreach (var rival in rivals)
                measured[rival.Name].Add(await measure(rival));
        }

        return new OrderedDictionary<string, double>(measured.Select(pair => KeyValuePair.Create(pair.Key, summary(pair.Value.Skip(1)))));
    }
}
