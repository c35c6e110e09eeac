using Weft.Compilers.Clusters;
using Weft.Compilers.Dns;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;
using KubeNode = Weft.Kubernetes.Node;

namespace Weft.Cli.Tracing;

/// <summary>The objects of a cluster that runs, read once.</summary>
internal static class LiveObjects
{
    /// <exception cref="KubeApiException">The API server does not answer, or refuses.</exception>
    public static async Task<(ClusterSnapshot Objects, EquatableArray<Pod> Pods)> ReadAsync(KubeClient client, CancellationToken ct)
    {
        var nodes = client.ListAsync<KubeNode>(cancel: ct);
        var services = client.ListAsync<Service>(cancel: ct);
        var slices = client.ListAsync<EndpointSlice>(cancel: ct);
        var pods = client.ListAsync<Pod>(cancel: ct);
        var policies = PoliciesAsync(client, ct);
        var settings = client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name, ct);
        await Task.WhenAll(nodes, services, slices, pods, policies, settings);
        var ofService = (await slices).Items.ToLookup(slice => (slice.Metadata.Namespace, slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel)));
        return (
            ClusterDns.Complete(new ClusterSnapshot
            {
                Nodes = (await nodes).Items.ToEquatableArray(),
                Configuration = await settings,
                Services = (await services).Items
                    .Select(service => new ServiceObjects(service, ofService[(service.Metadata.Namespace, service.Metadata.Name)].ToEquatableArray())).ToEquatableArray(),
                Policies = (await policies) with { Pods = (await pods).Items.Select(PolicyPod.Of).ToEquatableArray() },
            }),
            (await pods).Items.ToEquatableArray());
    }

    private static async Task<PolicyObjects> PoliciesAsync(KubeClient client, CancellationToken ct)
    {
        var namespaces = client.ListAsync<Namespace>(cancel: ct);
        var policies = client.ListAsync<NetworkPolicy>(cancel: ct);
        var clusterPolicies = ClusterPoliciesAsync(client, ct);
        await Task.WhenAll(namespaces, policies, clusterPolicies);
        return new PolicyObjects
        {
            Namespaces = (await namespaces).Items.ToEquatableArray(),
            NetworkPolicies = (await policies).Items.ToEquatableArray(),
            ClusterNetworkPolicies = await clusterPolicies,
        };
    }

    /// <summary>A cluster that does not know the kind has none of it.</summary>
    private static async Task<EquatableArray<ClusterNetworkPolicy>> ClusterPoliciesAsync(KubeClient client, CancellationToken ct)
    {
        try
        {
            return (await client.ListAsync<ClusterNetworkPolicy>(cancel: ct)).Items.ToEquatableArray();
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return [];
        }
    }
}
