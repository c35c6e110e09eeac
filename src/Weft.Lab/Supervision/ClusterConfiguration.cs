using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Supervision;

/// <summary>Writes the ConfigMap from which node agents learn what their cluster is to be, in a lab as in a real cluster.</summary>
public static class ClusterConfiguration
{
    private const string Space = "kube-system";
    private const string Name = "weft-config";

    /// <summary>Creates it and the namespace of the agents' leases, or brings what the lab decides up to date; other keys are the user's and stay.</summary>
    public static async Task WriteAsync(KubeClient client, LabSpec spec, CancellationToken ct)
    {
        await EnsureLeasesAsync(client, ct).ConfigureAwait(false);
        var data = new List<(string Key, string Value)>
        {
            ("pod-cidrs", spec.PodCidr),
            ("service-cidrs", spec.ServiceCidr),
            ("cni", spec.Cni),
            ("overlay", spec.Overlay),
            ("proxy", spec.Proxy),
            ("load-balancer-ranges", spec.LbRangeOrDefault),
            ("cluster-domain", "cluster.local"),
        };
        if (spec.CniConf is { } conf)
            data.Add(("cni-conf", conf));
        var map = new ConfigMap { Metadata = new ObjectMeta { Namespace = Space, Name = Name }, Data = StringMap.Of([.. data]) };
        var former = await client.TryGetAsync<ConfigMap>(Space, Name, ct).ConfigureAwait(false);
        if (former is null)
            await client.CreateAsync(map, ct).ConfigureAwait(false);
        else if (data.Aggregate(former.Data, (all, entry) => all.With(entry.Key, entry.Value)) is var merged && merged != former.Data)
            await client.UpdateAsync(former with { Data = merged }, ct).ConfigureAwait(false);
    }

    private static async Task EnsureLeasesAsync(KubeClient client, CancellationToken ct)
    {
        if (await client.TryGetAsync<Namespace>(null, LoadBalancers.LeaseNamespace, ct).ConfigureAwait(false) is null)
            await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = LoadBalancers.LeaseNamespace } }, ct).ConfigureAwait(false);
    }
}
