using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Compilers.Dns.Settings;
using Weft.Dns.Routing;
using Weft.Dns.Zones;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>What settings, nodes and the Service of cluster DNS mean for this node.</summary>
/// <param name="Settings">How DNS is to behave.</param>
/// <param name="Zone">What the zone is like.</param>
/// <param name="Addresses">Where it is answered on this node.</param>
/// <param name="Problems">What is wrong with the settings.</param>
/// <param name="Notes">What of them needs nothing here.</param>
internal sealed record DnsView(DnsSettings Settings, ZoneSettings Zone, EquatableArray<IpAddress> Addresses, EquatableArray<Problem> Problems, EquatableArray<string> Notes);

/// <summary>Derives <see cref="DnsView"/>, anew only when something changed that it depends on: nearly every turn is about a Service.</summary>
/// <param name="nodeName">This node.</param>
/// <param name="pods">Whom names of pods are checked against.</param>
internal sealed class DnsContext(string nodeName, IPodAddresses pods)
{
    private ClusterSnapshot? _cluster;
    private Service? _service;
    private DnsView? _view;

    /// <summary>The view of now; the same reference while nothing changed.</summary>
    public DnsView Of(ClusterSnapshot cluster, Service? service)
    {
        var isSame = _view is not null && _cluster is not null && ReferenceEquals(_service, service)
            && _cluster.Nodes.AsSpan() == cluster.Nodes.AsSpan() && ReferenceEquals(_cluster.Configuration, cluster.Configuration);
        (_cluster, _service) = (cluster, service);
        return isSame ? _view! : _view = Derive(cluster, service);
    }

    private DnsView Derive(ClusterSnapshot cluster, Service? service)
    {
        var read = DnsSettingsParser.Parse(cluster.Configuration?.Data);
        var (clusterSettings, _) = ClusterSettingsParser.Parse(cluster.Configuration?.Data);
        var (topology, _) = TopologyCompiler.Compile(cluster.Nodes, clusterSettings);
        var self = topology.Find(nodeName);
        var addresses = DnsPlaceCompiler.Addresses(clusterSettings, service, HasFamily);
        var named = ClusterDns.ClusterIps(service).Where(addresses.Contains).ToEquatableArray();
        return new DnsView(read.Settings, DnsServiceBuilder.ZoneOf(read.Settings, named.Count > 0 ? named : addresses) with { PodAddresses = pods }, addresses, read.Problems, read.Notes);

        bool HasFamily(bool v6) => topology.PodRanges.Any(range => range.IsV6 == v6) || (self?.Addresses.Any(address => address.IsV6 == v6) ?? false);
    }
}
