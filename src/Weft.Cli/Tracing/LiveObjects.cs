using Weft.Compilers.Clusters;
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
        var settings = client.TryGetAsync<ConfigMap>(ClusterSettingsParser.Namespace, ClusterSettingsParser.Name, ct);
        await Task.WhenAll(nodes, services, slices, pods, settings);
        var ofService = (await slices).Items.ToLookup(slice => (slice.Metadata.Namespace, slice.Metadata.Labels.Find(EndpointSlice.ServiceNameLabel)));
        return (
            new ClusterSnapshot
            {
                Nodes = (await nodes).Items.ToEquatableArray(),
                Configuration = await settings,
                Services = (await services).Items
                    .Select(service => new ServiceObjects(service, ofService[(service.Metadata.Namespace, service.Metadata.Name)].ToEquatableArray())).ToEquatableArray(),
            },
            (await pods).Items.ToEquatableArray());
    }
}
