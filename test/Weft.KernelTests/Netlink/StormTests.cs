using Weft.Model;
using Weft.Model.Routes;
using Weft.Netlink;
using Weft.Netlink.Namespaces;
using Weft.Netlink.Rtnetlink;

namespace Weft.KernelTests.Netlink;

/// <summary>Lists and watchers while the network changes faster than they can follow.</summary>
public sealed class StormTests : IDisposable
{
    private readonly NetworkNamespace _where = NetworkNamespace.Create();

    public void Dispose() => _where.Dispose();

    [Fact]
    public async Task A_slow_watcher_is_told_to_list_anew()
    {
        using var stack = KernelNetworkStack.Open(_where);
        using var watcher = new KernelWatcher(_where, NetworkTopics.Routes, receiveBuffer: 4096);
        await using var changes = watcher.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        for (var i = 0u; i < 3000; i++)
            stack.AddRoute(Blackhole(i));
        var heard = 0;
        do
        {
            Assert.True(await changes.MoveNextAsync());
            heard++;
        }
        while (changes.Current is not NetworkChange.Resync);
        Assert.InRange(heard, 1, 2999);
        Assert.Equal(3000, stack.Routes(new RouteFilter { Table = RouteTable.Main, IsV6 = false }).Count);
    }

    [Fact]
    public void A_list_is_one_consistent_picture_while_routes_change()
    {
        using var reader = KernelNetworkStack.Open(_where);
        using var writer = KernelNetworkStack.Open(_where);
        for (var i = 0u; i < 2000; i++)
            writer.AddRoute(Blackhole(i));
        using var end = new CancellationTokenSource();
        var storm = new Thread(() => Flip(writer, end.Token));
        storm.Start();
        for (var round = 0; round < 20; round++)
        {
            var routes = reader.Routes(new RouteFilter { Table = RouteTable.Main, IsV6 = false });
            Assert.Equal(routes.Count, routes.Distinct().Count());
            Assert.InRange(routes.Count, 2000, 2001);
        }

        end.Cancel();
        storm.Join();
    }

    // One more route comes and goes, now and then at the front of the list and now at its end.
    private static void Flip(KernelNetworkStack stack, CancellationToken cancellation)
    {
        for (var i = 0u; !cancellation.IsCancellationRequested; i++)
        {
            var route = Blackhole(i % 2 == 0 ? 5000u : 0x00ffffffu);
            stack.AddRoute(route);
            stack.DeleteRoute(route);
            Thread.Sleep(1);
        }
    }

    private static Route Blackhole(uint number) => new(IpPrefix.Host(IpAddress.V4(0x0a000000u + number))) { Type = RouteType.Blackhole };
}
