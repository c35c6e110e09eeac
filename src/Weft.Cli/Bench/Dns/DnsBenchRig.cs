using Weft.Lab;

namespace Weft.Cli.Bench.Dns;

/// <summary>The servers that are measured, all running, one at a time under load.</summary>
internal sealed class DnsBenchRig : IDisposable
{
    private readonly List<DnsBenchProcess> _processes = [];
    private readonly List<DnsBenchRival> _all = [];

    private DnsBenchRig()
    {
    }

    /// <summary>Who is measured, ours first.</summary>
    public IReadOnlyList<DnsBenchRival> All => _all;

    /// <summary>Starts them, and waits until each answers. Whoever does not run here, ours apart, is left out.</summary>
    public static async Task<DnsBenchRig> StartAsync(IReadOnlyList<DnsBenchRival> rivals, string folder, int upstream, CancellationToken ct)
    {
        var rig = new DnsBenchRig();
        try
        {
            foreach (var rival in rivals)
                await rig.AddAsync(rival, folder, upstream, ct);
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

    private async Task AddAsync(DnsBenchRival rival, string folder, int upstream, CancellationToken ct)
    {
        var process = new DnsBenchProcess(rival.Start(folder, upstream));
        _processes.Add(process);
        try
        {
            await process.AnswersAsync(rival.Name, rival.Port, ct);
            _all.Add(rival);
        }
        catch (LabException failure) when (rival != DnsBenchRival.Weft)
        {
            Console.Error.WriteLine($"note: {failure.Message}: not compared with it");
        }
    }

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
