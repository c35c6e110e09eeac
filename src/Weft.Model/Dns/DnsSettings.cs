namespace Weft.Model.Dns;

/// <summary>How the nodes' DNS is to behave: what keys of ConfigMap <c>kube-system/weft-config</c>, or a Corefile among them, say.</summary>
/// <remarks>Immutable and compared by value, so that who applies settings knows what changed. Whether nodes answer at all is a setting of the cluster (key <c>dns</c>).</remarks>
public sealed record DnsSettings
{
    /// <summary>Key <c>dns-address</c>: addresses that pods ask, the same on every node. By default a link-local one, and one that is local to the site, whose routes end at the node.</summary>
    public EquatableArray<IpAddress> Addresses { get; init; } = NodeLocalDns.Addresses;

    /// <summary>Key <c>cluster-domain</c>: what all names of the cluster end with; <c>cluster.local</c> as the kubelet has it.</summary>
    public DnsName ClusterDomain { get; init; } = DnsName.Parse("cluster.local");

    /// <summary>Key <c>dns-ttl</c>: seconds that clients may remember names of the cluster, or that there is none; 5 as CoreDNS.</summary>
    public uint Ttl { get; init; } = 5;

    /// <summary>Key <c>dns-pod-records</c>: whether <c>1-2-3-4.namespace.pod</c> leads to 1.2.3.4.</summary>
    public PodRecords PodRecords { get; init; } = PodRecords.Unchecked;

    /// <summary>Key <c>dns-completion</c>: whether the node goes through a pod's search list on its behalf.</summary>
    public bool Completion { get; init; } = true;

    /// <summary>Key <c>dns-transfer-to</c>: who may take the whole zone (AXFR). Empty: nobody.</summary>
    public EquatableArray<IpPrefix> TransferTo { get; init; }

    /// <summary>Keys <c>dns-upstreams</c>, <c>dns-stub-domains</c> and <c>dns-hosts</c>: what is done with names by their ends, the longest first; the last is the root's when there is one.</summary>
    public EquatableArray<DnsRoute> Routes { get; init; } = [new DnsRoute(DnsName.Root) { AsksNodeServers = true }];

    /// <summary>The route of a name: that of its longest end; null when nothing is said of the name.</summary>
    public DnsRoute? RouteOf(DnsName name)
    {
        foreach (var route in Routes)
        {
            if (name.IsWithin(route.Zone))
                return route;
        }

        return null;
    }
}
