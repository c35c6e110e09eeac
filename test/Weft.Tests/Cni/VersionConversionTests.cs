using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Weft.Cni.Protocol;
using Weft.Model;

namespace Weft.Tests.Cni;

/// <summary>Results travel through every version of the specification.</summary>
public sealed class VersionConversionTests
{
    private static readonly CniResult Full = new()
    {
        Interfaces =
        [
            new CniInterface("cni0") { Mac = "0a:00:00:00:00:01", Mtu = 1500 },
            new CniInterface("eth0") { Mac = "0a:00:00:00:00:02", Mtu = 1450, Sandbox = "/run/netns/a", SocketPath = "/s", PciId = "0000:00:01.0" },
        ],
        Addresses =
        [
            new CniAddress(IpAddress.Parse("10.22.0.2"), 16) { Interface = 1, Gateway = IpAddress.Parse("10.22.0.1") },
            new CniAddress(IpAddress.Parse("10.23.0.2"), 16) { Interface = 1 },
            new CniAddress(IpAddress.Parse("fd00::2"), 64) { Interface = 1, Gateway = IpAddress.Parse("fd00::1") },
        ],
        Routes =
        [
            new CniRoute(IpPrefix.AnyV4) { Gateway = IpAddress.Parse("10.22.0.1"), Mtu = 1400, AdvMss = 1360, Priority = 5, Table = 7, Scope = 0 },
            new CniRoute(IpPrefix.AnyV6),
        ],
        Dns = new CniDns { Nameservers = ["10.96.0.10"], Domain = "cluster.local", Search = ["a", "b"], Options = ["ndots:5"] },
    };

    public static TheoryData<string, string> Shapes => new()
    {
        {
            "0.2.0", """
            {"cniVersion":"0.2.0","ip4":{"ip":"10.22.0.2/16","gateway":"10.22.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.22.0.1"}]},
             "ip6":{"ip":"fd00::2/64","gateway":"fd00::1","routes":[{"dst":"::/0"}]},
             "dns":{"nameservers":["10.96.0.10"],"domain":"cluster.local","search":["a","b"],"options":["ndots:5"]}}
            """
        },
        {
            "0.4.0", """
            {"cniVersion":"0.4.0",
             "interfaces":[{"name":"cni0","mac":"0a:00:00:00:00:01"},{"name":"eth0","mac":"0a:00:00:00:00:02","sandbox":"/run/netns/a"}],
             "ips":[{"version":"4","interface":1,"address":"10.22.0.2/16","gateway":"10.22.0.1"},
                    {"version":"4","interface":1,"address":"10.23.0.2/16"},
                    {"version":"6","interface":1,"address":"fd00::2/64","gateway":"fd00::1"}],
             "routes":[{"dst":"0.0.0.0/0","gw":"10.22.0.1"},{"dst":"::/0"}],
             "dns":{"nameservers":["10.96.0.10"],"domain":"cluster.local","search":["a","b"],"options":["ndots:5"]}}
            """
        },
        {
            "1.1.0", """
            {"cniVersion":"1.1.0",
             "interfaces":[{"name":"cni0","mac":"0a:00:00:00:00:01","mtu":1500},
                           {"name":"eth0","mac":"0a:00:00:00:00:02","mtu":1450,"sandbox":"/run/netns/a","socketPath":"/s","pciID":"0000:00:01.0"}],
             "ips":[{"interface":1,"address":"10.22.0.2/16","gateway":"10.22.0.1"},
                    {"interface":1,"address":"10.23.0.2/16"},
                    {"interface":1,"address":"fd00::2/64","gateway":"fd00::1"}],
             "routes":[{"dst":"0.0.0.0/0","gw":"10.22.0.1","mtu":1400,"advmss":1360,"priority":5,"table":7,"scope":0},{"dst":"::/0"}],
             "dns":{"nameservers":["10.96.0.10"],"domain":"cluster.local","search":["a","b"],"options":["ndots:5"]}}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_result_has_the_shape_of_the_version_that_was_asked_for(string version, string expected)
    {
        Assert.True(CniVersion.TryParse(version, out var parsed));

        var written = JsonNode.Parse(CniResultJson.ToBytes(Full, parsed));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), written), written!.ToString());
    }

    [Fact]
    public void Every_pair_of_versions_converts_and_keeps_what_both_can_hold()
    {
        foreach (var from in CniVersion.All)
        {
            foreach (var to in CniVersion.All)
            {
                var older = from < to ? from : to;
                var expected = CniResultJson.Read(CniResultJson.ToBytes(Full, older), older);

                var there = CniResultJson.Read(CniResultJson.ToBytes(Full, from), CniVersion.V010);
                var converted = CniResultJson.Read(CniResultJson.ToBytes(there, to), CniVersion.V010);

                Assert.Equal(expected, converted);
            }
        }
    }

    [Fact]
    public void A_result_without_an_address_cannot_become_the_oldest_shape()
    {
        var error = Assert.Throws<CniException>(() => CniResultJson.ToBytes(new CniResult(), CniVersion.V020));

        Assert.Equal("cannot convert: no valid IP addresses", error.Message);
    }

    [Fact]
    public void A_result_of_a_version_that_nobody_speaks_is_refused()
    {
        var error = Assert.Throws<CniException>(() => CniResultJson.Read("""{"cniVersion":"7.0.0"}"""u8.ToArray(), CniVersion.Current));

        Assert.Equal(CniErrorCode.IncompatibleVersion, error.Code);
        Assert.Contains("7.0.0", error.Message);
    }

    [Fact]
    public void The_newest_version_reads_back_whatever_it_wrote() =>
        Prop.ForAll(Results().ToArbitrary(), result =>
            CniResultJson.Read(CniResultJson.ToBytes(result, CniVersion.Current), CniVersion.V010) == result).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_are_no_result_are_an_error_and_never_a_crash() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            try
            {
                CniResultJson.Read(Encoding.UTF8.GetBytes(text ?? ""), CniVersion.Current);
            }
            catch (CniException)
            {
            }
        }).QuickCheckThrowOnFailure();

    private static Gen<CniResult> Results()
    {
        var text = Gen.Elements("a", "eth0", "0a:00:00:00:00:01", "ümlaut \"quoted\"");
        var number = Gen.Choose(0, 10_000);
        var address = Gen.Elements("10.0.0.1", "192.168.1.7", "fd00::1", "::1").Select(each => IpAddress.Parse(each));
        var interfaces = from name in text from mac in text from mtu in number select new CniInterface(name) { Mac = mac, Mtu = mtu };
        var addresses = from value in address
                        from length in Gen.Choose(0, 32)
                        from gateway in address
                        select new CniAddress(value, length) { Interface = 0, Gateway = gateway };
        var routes = from to in address from metric in number select new CniRoute(IpPrefix.Host(to)) { Priority = metric };
        return from some in interfaces.ListOf()
               from more in addresses.ListOf()
               from rest in routes.ListOf()
               from servers in text.ListOf()
               select new CniResult
               {
                   Interfaces = some.ToEquatableArray(),
                   Addresses = more.ToEquatableArray(),
                   Routes = rest.ToEquatableArray(),
                   Dns = new CniDns { Nameservers = servers.ToEquatableArray() },
               };
    }
}
