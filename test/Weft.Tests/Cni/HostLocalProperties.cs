using FsCheck;
using FsCheck.Fluent;
using Weft.Cni.HostLocal;
using Weft.Cni.Plugins;
using Weft.Model;

namespace Weft.Tests.Cni;

/// <summary>Allocation against the simplest model of it: a set of free addresses.</summary>
public sealed class HostLocalProperties : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weft-leases-").FullName;
    private int _run;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Whatever_is_added_and_removed_no_two_hold_one_address_and_a_free_one_is_always_found() =>
        Prop.ForAll(Gen.Choose(-12, 12).ListOf().ToArbitrary(), Replay).QuickCheckThrowOnFailure();

    [Fact]
    public void Going_round_from_anywhere_visits_every_address_once_and_never_the_gateway() =>
        Prop.ForAll(Gen.Choose(0, 40).ToArbitrary(), start =>
        {
            var set = TwoRanges();
            var last = IpAddress.Parse("10.0.0.0").Add(start);

            var visited = set.After(last).Select(each => each.Address).ToList();

            Assert.Equal(10, visited.Count);
            Assert.Equal(10, visited.Distinct().Count());
            Assert.DoesNotContain(IpAddress.Parse("10.0.0.1"), visited);
            if (set.Find(last) is not null && last != IpAddress.Parse("10.0.0.1"))
                Assert.Equal(last, visited[^1]);
        }).QuickCheckThrowOnFailure();

    private static RangeSet TwoRanges()
    {
        var first = IpPrefix.Parse("10.0.0.0/28");
        var second = IpPrefix.Parse("10.0.0.16/28");
        return RangeSet.Of(
        [
            new AddressRange(first, IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.6"), IpAddress.Parse("10.0.0.1")),
            new AddressRange(second, IpAddress.Parse("10.0.0.20"), IpAddress.Parse("10.0.0.24"), IpAddress.Parse("10.0.0.17")),
        ]);
    }

    /// <summary>A positive number adds that container, a negative one removes it.</summary>
    private void Replay(IReadOnlyList<int> steps)
    {
        var network = $"run{_run++}";
        var held = new Dictionary<int, IpAddress>();
        foreach (var step in steps)
        {
            if (step < 0)
            {
                Call(network, "DEL", -step).Run();
                held.Remove(-step);
                continue;
            }

            var (code, output) = Call(network, "ADD", step).Run();
            Assert.Equal(held.ContainsKey(step) || held.Count == 5 ? 1 : 0, code);
            if (code != 0)
                continue;
            var address = Weft.Cni.Protocol.CniResultJson
                .Read(System.Text.Encoding.UTF8.GetBytes(output), Weft.Cni.Protocol.CniVersion.Current).Addresses[0].Address;
            Assert.DoesNotContain(address, held.Values);
            held[step] = address;
        }

        using var store = LeaseStore.Open(_directory, network);
        foreach (var (id, address) in held)
            Assert.Equal([address], store.Of(new Attachment($"c{id}", "eth0")));
    }

    private PluginCall Call(string network, string command, int id)
    {
        var config = $$"""
            { "cniVersion": "1.0.0", "name": "{{network}}", "type": "ptp",
              "ipam": { "type": "host-local", "dataDir": "{{_directory}}", "subnet": "10.1.2.0/29" } }
            """;
        return new PluginCall("host-local", command, config) { ContainerId = $"c{id}" };
    }
}
