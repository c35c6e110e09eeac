using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Weft.Compilers.Services.Nftables;
using Weft.Model;
using Weft.Model.Nftables;
using Weft.Model.Services;

namespace Weft.Tests.ServiceProxy;

/// <summary>Clients stay where they are, as long as that is possible.</summary>
public sealed class NftAffinityTests
{
    private static readonly NftPacket Packet = new()
    {
        InputInterface = "eth0", Source = RandomServices.Endpoint(1, 1, v6: false), Destination = RandomServices.ClusterIp(1, v6: false), Protocol = 6, DestinationPort = 80,
    };

    [Fact]
    public void A_client_stays_with_its_endpoint_until_that_leaves_whatever_else_changes() => Prop.ForAll(
        Gen.ArrayOf(Gen.SubListOf(Enumerable.Range(1, 6)), 6).ToArbitrary(),
        Gen.ArrayOf(Gen.Choose(0, 100), 100).ToArbitrary(),
        (history, dice) =>
        {
            var (program, thrown) = (NftServiceProgram.Adopt(null), 0);
            NftInterpreter? last = null;
            IpAddress? mine = null;
            foreach (var endpoints in history.Where(endpoints => endpoints.Count > 0))
            {
                program.Plan(Table(60, [.. endpoints]));
                program.Commit();
                last = new NftInterpreter(program.Ruleset(), Host(faces => (uint)dice[thrown++ % dice.Length] % faces), last?.Memory ?? new());
                for (var connection = 0; connection < 3; connection++)
                {
                    var by = Assert.Single(InterpretedServices.Follow(last, Packet).By).Address;
                    Assert.Contains(by, endpoints.Select(Address));
                    if (mine is { } before && endpoints.Any(endpoint => Address(endpoint) == before))
                        Assert.Equal(before, by);
                    mine = by;
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Clients_of_one_service_do_not_decide_for_each_other()
    {
        var face = 0u;
        var program = NftServiceProgram.Compile(Table(60, 1, 2, 3));
        var interpreter = new NftInterpreter(program, Host(_ => face));
        var first = InterpretedServices.Follow(interpreter, Packet);
        face = 1;
        Assert.NotEqual(first, InterpretedServices.Follow(interpreter, Packet with { Source = RandomServices.Endpoint(1, 2, v6: false) }));
        Assert.Equal(first, InterpretedServices.Follow(interpreter, Packet));
        interpreter.Memory.Clear();
        Assert.NotEqual(first, InterpretedServices.Follow(interpreter, Packet));
    }

    [Fact]
    public void A_full_memory_balances_without_remembering()
    {
        var ruleset = NftServiceProgram.Compile(Table(60, 1, 2));
        var table = ruleset.Tables[0];
        var small = table with { Sets = table.Sets.Select(set => set.Name == "affinity" ? set with { Size = 1 } : set).ToEquatableArray() };
        var interpreter = new NftInterpreter(new NftRuleset { Tables = [small] }, Host(_ => 0));
        Assert.Equal(ServiceFate.Served, InterpretedServices.Follow(interpreter, Packet).Fate);
        Assert.Equal(ServiceFate.Served, InterpretedServices.Follow(interpreter, Packet with { Source = RandomServices.Endpoint(1, 2, v6: false) }).Fate);
        Assert.Single(interpreter.Memory.Elements(table.Id, "affinity"));
    }

    [Fact]
    public void Thousands_of_timeouts_do_not_use_up_the_classes()
    {
        var ports = Enumerable.Range(1, 6000).Select(number => Port(number, number, 1)).ToEquatableArray();
        var program = NftServiceProgram.Adopt(null);
        program.Plan(new ServiceTable { Ports = ports });
        program.Commit();
        var table = program.Ruleset().Tables[0];
        Assert.InRange(table.FindSet("classes")!.Elements.Count, 2048, 2100);
        Assert.Equal(6000, table.FindSet("frontends")!.Elements.Count);
        program.Plan(ServiceTable.Empty);
        program.Commit();
        Assert.Empty(program.Ruleset().Tables);
    }

    private static ServiceTable Table(int seconds, params int[] endpoints) => new() { Ports = [Port(1, seconds, endpoints)] };

    private static ProxiedPort Port(int number, int seconds, params int[] endpoints) => new()
    {
        Name = new ServicePortName("default", number.ToString("D6", CultureInfo.InvariantCulture), "", L4Protocol.Tcp),
        IsV6 = false,
        Frontends = [new Frontend(FrontendKind.ClusterIp, RandomServices.ClusterIp(1, v6: false).Add(number - 1), 80)],
        ClusterBackends = endpoints.Order().Select(endpoint => new Backend(Address(endpoint), 8080, IsLocal: false)).ToEquatableArray(),
        LocalBackends = [],
        HasAnyBackend = true,
        AffinitySeconds = seconds,
    };

    private static IpAddress Address(int endpoint) => RandomServices.Endpoint(2, endpoint, v6: false);

    private static NftHost Host(Func<uint, uint> choose) => new(_ => NftAddressType.Unicast, choose);
}
