using System.Diagnostics;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Netlink.Nftables;

namespace Weft.KernelTests.Nftables;

/// <summary>How long large changes take. Explicit: the numbers are for people, and a busy machine must not fail the suite.</summary>
[Collection(NftablesCollection.Name)]
public sealed class NftMeasurements(ITestOutputHelper output) : IDisposable
{
    private const int Backends = 50_000;
    private const int Replacements = 1000;

    private static readonly NftTableId Table = new(NftFamily.Ip, "measure");
    private static readonly NftSet Map = new("be", NftType.Concat(NftType.Mark, NftType.Mark), NftType.Concat(NftType.Ipv4Address, NftType.Port));

    private readonly KernelNftables _driver = new();

    [Fact(Explicit = true)]
    public void Fifty_thousand_elements_load_and_one_is_replaced()
    {
        var elements = Enumerable.Range(0, Backends).Select(index => Element(index, 80)).ToEquatableArray();
        for (var round = 0; round < 5; round++)
        {
            _driver.Apply(new NftBatch([new NftDeleteTable(Table), new NftAddTable(Table), new NftAddSet(Table, Map)]));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var cpu = Environment.CpuUsage.TotalTime;
            var load = Time(() => _driver.Apply(new NftBatch([new NftAddElements(Table, Map, elements)])));
            cpu = Environment.CpuUsage.TotalTime - cpu;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var before = Environment.CpuUsage.TotalTime;
            var replace = Time(ReplaceMany) / Replacements;
            var replaceCpu = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Replacements;
            var read = Time(() => _driver.ReadBack([Table]));
            output.WriteLine($"load {load:F1} ms ({cpu.TotalMilliseconds:F1} ms of CPU, {allocated / (double)Backends:F1} bytes allocated each), replace one {replace:F4} ms ({replaceCpu:F4} ms of CPU), read back {read:F1} ms");
        }

        MeasureDiff(elements);
    }

    public void Dispose()
    {
        _driver.Apply(new NftBatch([new NftDeleteTable(Table)]));
        _driver.Dispose();
    }

    private void ReplaceMany()
    {
        for (var i = 0; i < Replacements; i++)
            _driver.Apply(new NftBatch([new NftDeleteElements(Table, Map, [Element(7, 80)]), new NftAddElements(Table, Map, [Element(7, 80)])]));
    }

    private void MeasureDiff(EquatableArray<NftElement> elements)
    {
        var before = Ruleset(elements);
        var after = Ruleset(elements.Select((element, index) => index == 7 ? Element(7, 81) : element).ToEquatableArray());
        for (var round = 0; round < 5; round++)
        {
            var count = 0;
            var time = Time(() => count = NftDiff.Between(before, after).Operations.Count);
            output.WriteLine($"diff of one changed element {time:F2} ms, {count} operations");
        }
    }

    private static NftRuleset Ruleset(EquatableArray<NftElement> elements) =>
        new() { Tables = [new NftTable(Table.Family, Table.Name) { Sets = [Map with { Elements = elements }] }] };

    private static NftElement Element(int index, ushort port) => new(
        NftData.Concat(NftData.Host32((uint)(index / 5)), NftData.Host32((uint)(index % 5))),
        Data: NftData.Concat(NftData.Of(IpAddress.V4(0x0A000000 + (uint)index)), NftData.Big16(port)));

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
