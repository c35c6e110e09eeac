using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Supervision;

/// <summary>Writes the ConfigMap from which node agents learn what their cluster is to be, in a lab as in a real cluster.</summary>
public static class ClusterConfiguration
{
    private const string Space = "kube-system";
    private const string Name = "weft-config";

    /// <summary>Creates or replaces it.</summary>
    public static async Task WriteAsync(KubeClient client, LabSpec spec, CancellationToken ct)
    {
        var data = new List<(string, string)>
        {
            ("pod-cidrs", spec.PodCidr),
            ("service-cidrs", spec.ServiceCidr),
            ("cni", spec.Cni),
            ("overlay", spec.Overlay),
            ("cluster-domain", "cluster.local"),
        };
        if (spec.CniConf is { } conf)
            data.Add(("cni-conf", conf));
        var map = new ConfigMap { Metadata = new ObjectMeta { Namespace = Space, Name = Name }, Data = StringMap.Of([.. data]) };
        var former = await client.TryGetAsync<ConfigMap>(Space, Name, ct).ConfigureAwait(false);
        if (former is null)
            await client.CreateAsync(map, ct).ConfigureAwait(false);
        else if (former.Data != map.Data)
            await client.UpdateAsync(former with { Data = map.Data }, ct).ConfigureAwait(false);
    }
}
