using System.Diagnostics;
using System.Net;
using Weft.Dns.Routing;
using Weft.Dns.Serving;
using Weft.Dns.Wire;
using Weft.Dns.Zones;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Tests.Dns.Routing;

/// <summary>Clusters with the same Services at the same addresses, of which one asks the other for its domain.</summary>
public sealed class TwoClustersTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Cluster _west = new("west.example", "10.96.0.30", []);
    private readonly Cluster _east;

    public TwoClustersTests() => _east = new Cluster(
        "east.example",
        "10.96.0.20",
        [new DnsRoute(DnsName.Parse("west.example")) { Upstreams = [new DnsUpstream(IpAddress.Parse(_west.Address.Address.ToString()), (ushort)_west.Address.Port)] }]);

    public async ValueTask DisposeAsync()
    {
        await _east.DisposeAsync();
        await _west.DisposeAsync();
    }

    [Theory]
    [InlineData("web.default.svc.east.example", DnsType.A, "A 10.96.0.20")]
    [InlineData("web.default.svc.west.example", DnsType.A, "A 10.96.0.30")]
    [InlineData("20.0.96.10.in-addr.arpa", DnsType.PTR, "PTR web.default.svc.east.example.")]
    [InlineData("77.0.96.10.in-addr.arpa", DnsType.PTR, "PTR same.default.svc.east.example.")]
    [InlineData("same.default.svc.east.example", DnsType.A, "A 10.96.0.77")]
    [InlineData("same.default.svc.west.example", DnsType.A, "A 10.96.0.77")]
    public async Task Each_name_is_answered_by_its_own_cluster(string name, DnsType type, string record)
    {
        var answer = Assert.Single((await AskAsync(_east, name, type)).Answers);
        Assert.EndsWith($" IN {record}", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal(DnsName.Parse(name), answer.Name);
    }

    [Fact]
    public async Task An_address_that_both_have_has_the_name_of_whoever_is_asked() => Assert.EndsWith(
        "PTR same.default.svc.west.example.", Assert.Single((await AskAsync(_west, "77.0.96.10.in-addr.arpa", DnsType.PTR)).Answers).ToString(), StringComparison.Ordinal);

    // A machine that stands still for five seconds makes the other server look dead.
    private static async Task<DnsMessage> AskAsync(Cluster cluster, string name, DnsType type)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var answer = DnsTalk.Read(await DnsTalk.ByDatagramAsync(cluster.Address, DnsTalk.Query(name, type)));
            if (answer.Code != DnsCode.ServFail || clock.Elapsed > Patience)
                return answer;
        }
    }

    /// <summary>A cluster with two Services, and a node of it that answers on loopback.</summary>
    private sealed class Cluster : IAsyncDisposable
    {
        private readonly DnsServiceBuilder _builder;
        private readonly DnsListeners _listeners;

        public Cluster(string domain, string web, EquatableArray<DnsRoute> routes)
        {
            var settings = new DnsSettings { ClusterDomain = DnsName.Parse(domain), Routes = routes };
            var table = new DnsTable(
                [
                    new NamedService("default", "same") { Addresses = [IpAddress.Parse("10.96.0.77")] },
                    new NamedService("default", "web") { Addresses = [IpAddress.Parse(web)] },
                ],
                ["default"]);
            _builder = new DnsServiceBuilder(settings, ClusterZone.Empty(DnsServiceBuilder.ZoneOf(settings, []), 1).With(table), [], TimeProvider.System);
            _listeners = DnsListeners.Open(_builder.Service, [DnsTalk.AnyPort]);
        }

        public IPEndPoint Address => _listeners.Addresses[0];

        public async ValueTask DisposeAsync()
        {
            await _listeners.DisposeAsync();
            _builder.Dispose();
        }
    }
}
