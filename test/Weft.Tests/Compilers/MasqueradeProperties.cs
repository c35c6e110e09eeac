using FsCheck;
using FsCheck.Fluent;
using Weft.Model;
using Weft.Model.Nftables;

namespace Weft.Tests.Compilers;

/// <summary>Who is masqueraded, told a second time: straight from the objects, by text and arithmetic of its own.</summary>
public sealed class MasqueradeProperties
{
    [Fact]
    public void Only_pods_that_talk_to_the_outside_of_the_cluster_are_masqueraded() =>
        Prop.ForAll(Packets(), packet =>
        {
            var (cluster, source, destination) = packet;
            Assert.Equal(Oracle(cluster, source, destination), Compiled(cluster, source, destination));
        }).QuickCheckThrowOnFailure();

    /// <summary>The model: a pod's address, to nobody of the cluster and no group.</summary>
    private static bool Oracle(RandomCluster cluster, IpAddress source, IpAddress destination)
    {
        var data = cluster.Cluster.Configuration!.Data;
        var compiled = Weft.Compilers.Clusters.TopologyCompiler.Compile(cluster.Cluster.Nodes, new()).Topology;
        var pods = Ranges(data.Find("pod-cidrs")).Concat(compiled.Nodes.SelectMany(node => node.PodRanges)).ToList();
        var inside = pods.Concat(Ranges(data.Find("service-cidrs"))).Any(range => Within(range, destination))
            || cluster.Cluster.Nodes.Any(node => node.Status.Addresses.Any(address => address.Address == destination.ToString()));
        return pods.Any(range => Within(range, source)) && !inside && !destination.IsMulticast
            && destination.ToString() != "255.255.255.255" && !(destination.IsV6 && destination.IsLinkLocal);
    }

    private static bool Compiled(RandomCluster cluster, IpAddress source, IpAddress destination)
    {
        var table = Assert.Single(cluster.Compile().Desired.Nftables.Tables);
        var family = source.IsV6 ? "v6" : "v4";
        return Holds(table.FindSet($"pods-{family}"), source) && !Holds(table.FindSet($"inside-{family}"), destination);
    }

    private static bool Holds(NftSet? set, IpAddress address)
    {
        var value = NftData.Of(address);
        return set is not null && set.Elements.Any(element => element.Key <= value && value <= (element.KeyEnd ?? element.Key));
    }

    private static IEnumerable<IpPrefix> Ranges(string? text) =>
        (text ?? "").Split(',').Where(part => IpPrefix.TryParse(part, out _)).Select(part => IpPrefix.Parse(part));

    private static bool Within(IpPrefix range, IpAddress address) =>
        range.IsV6 == address.IsV6 && range.Network <= address && address <= range.Last;

    private static Arbitrary<(RandomCluster, IpAddress, IpAddress)> Packets() =>
        (from cluster in RandomCluster.Any
         from v6 in Gen.Elements(true, false)
         from source in v6 ? Gen.Elements("fd44:0:0:1::5", "fd44:0:0:7::9", "fd30::10", "2001:db8::1") : Gen.Elements("10.244.1.5", "10.244.9.200", "10.244.130.1", "172.30.0.10", "192.0.2.1")
         from destination in v6
             ? Gen.Elements("fd44:0:0:2::5", "fd30::11", "fd30::99", "fd96::5", "2001:db8::2", "ff02::1", "fe80::1", "fd44:ffff::1")
             : Gen.Elements("10.244.2.7", "10.244.200.1", "10.96.3.4", "172.30.0.11", "172.30.0.99", "172.31.0.12", "192.0.2.7", "224.0.0.251", "255.255.255.255", "10.245.0.1")
         select (cluster, IpAddress.Parse(source), IpAddress.Parse(destination))).ToArbitrary();
}
