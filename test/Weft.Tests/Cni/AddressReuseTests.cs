using Weft.Cni.HostLocal;
using Weft.Tests.Node.Proxy;

namespace Weft.Tests.Cni;

/// <summary>Addresses rest after they were given back: 10.1.2.0/29 has five to give.</summary>
public sealed class AddressReuseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weft-reuse-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void An_address_that_was_just_given_back_is_passed_over_while_others_are_free()
    {
        var first = Add(1);
        Delete(1);
        var others = Enumerable.Range(2, 4).Select(Add).ToList();

        Assert.DoesNotContain(first, others);
    }

    [Fact]
    public void When_no_other_is_left_the_one_that_rested_longest_is_given()
    {
        var all = Enumerable.Range(1, 5).Select(Add).ToList();
        Delete(4);
        _time.Advance(TimeSpan.FromSeconds(1));
        Delete(2);

        Assert.Equal([all[3], all[1]], [Add(6), Add(7)]);
    }

    [Fact]
    public void After_the_delay_an_address_has_its_turn_again()
    {
        var all = Enumerable.Range(1, 5).Select(Add).ToList();
        Delete(5);
        _time.Advance(TimeSpan.FromSeconds(31));
        Delete(1);

        Assert.Equal(all[4], Add(6));
    }

    [Fact]
    public void A_damaged_list_costs_the_rest_and_nothing_else()
    {
        var all = Enumerable.Range(1, 5).Select(Add).ToList();
        Delete(1);
        File.WriteAllText(Path.Join(_directory, "net", "released"), "10.1.2.2 soon\n10.1.2\n10.1.2.2 9999999999999999999\n");

        Assert.Equal(all[0], Add(6));
    }

    private string Add(int id) => Call("ADD", id).Result().Addresses[0].Address.ToString();

    private void Delete(int id) => Assert.Equal(0, Call("DEL", id).Run().ExitCode);

    private PluginCall Call(string command, int id)
    {
        var config = $$"""
            { "cniVersion": "1.0.0", "name": "net", "type": "ptp",
              "ipam": { "type": "host-local", "dataDir": "{{_directory}}", "subnet": "10.1.2.0/29", "reuseDelaySeconds": 30 } }
            """;
        return new PluginCall("host-local", command, config) { ContainerId = $"c{id}", Plugin = new HostLocalPlugin(_time) };
    }
}
