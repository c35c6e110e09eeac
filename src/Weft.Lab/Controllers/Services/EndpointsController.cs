using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Keeps the Endpoints object of every Service that selects pods, for clients of the old form.</summary>
internal sealed class EndpointsController(ControllerContext context) : Controller(context)
{
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>Addresses in one object; upstream's limit.</summary>
    private const int Maximum = 1000;

    public override string Name => "endpoints";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        Cluster.Services.OnChange(signal);
        Cluster.Pods.OnChange(signal);
        Cluster.Endpoints.OnChange(signal);
        return Task.WhenAll(Cluster.Services.Synced, Cluster.Pods.Synced, Cluster.Endpoints.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        var pods = Cluster.Pods.Items.Values.ToLookup(pod => pod.Metadata.Namespace ?? "", StringComparer.Ordinal);
        foreach (var service in Cluster.Services.Items.Values.Where(ServiceBackends.IsManaged).OrderBy(service => service.Key()))
            await turn.TryAsync($"endpoints of {service.Key()}", () => PutAsync(service, pods[service.Metadata.Namespace ?? ""], cancel)).ConfigureAwait(false);
        foreach (var endpoints in Cluster.Endpoints.Items.Values.Where(IsLeftOver))
            await turn.TryAsync($"endpoints {endpoints.Key()}", () => Context.DeleteAsync(Cluster.Endpoints, endpoints, new DeleteOptions(), cancel)).ConfigureAwait(false);
    }

    private bool IsLeftOver(Endpoints endpoints) =>
        endpoints.Metadata.OwnerReferences.Any(owner => owner.Kind == "Service") && !Cluster.Services.Items.ContainsKey(endpoints.Key());

    private async Task PutAsync(Service service, IEnumerable<Pod> pods, CancellationToken cancel)
    {
        var labels = service.Spec.ClusterIP == "None" ? service.Metadata.Labels.With(HeadlessLabel, "") : service.Metadata.Labels;
        var metadata = new ObjectMeta
        {
            Name = service.Metadata.Name,
            Namespace = service.Metadata.Namespace,
            Labels = labels,
            OwnerReferences = [OwnerReference.ControllerOf(service)],
        };
        var subsets = Subsets(service, ServiceBackends.Pods(service, pods));
        if (Cluster.Endpoints.Find(service.Metadata.Namespace, service.Metadata.Name) is not { } old)
        {
            await Context.CreateAsync(Cluster.Endpoints, service.Metadata.Namespace, KubeJson.ToJson(new Endpoints { Metadata = metadata, Subsets = subsets }), cancel).ConfigureAwait(false);
            return;
        }

        var changed = old with { Metadata = old.Metadata with { Labels = labels, OwnerReferences = metadata.OwnerReferences }, Subsets = subsets };
        await Context.PatchAsync(Cluster.Endpoints, old, changed, cancel).ConfigureAwait(false);
    }

    /// <summary>The pods grouped by the ports they offer, ready ones apart from the others.</summary>
    internal static EquatableArray<EndpointSubset> Subsets(Service service, IEnumerable<Pod> pods)
    {
        var v6 = ServiceBackends.Families(service).First();
        var subsets = new List<EndpointSubset>();
        foreach (var group in pods.Take(Maximum).GroupBy(pod => ServiceBackends.Ports(service, pod)))
        {
            var addresses = group.Where(pod => !pod.IsTerminating() || service.Spec.PublishNotReadyAddresses is true)
                .SelectMany(pod => ServiceBackends.Addresses(pod).Where(address => address.IsV6 == v6).Take(1).Select(address => (Pod: pod, Address: address))).ToList();
            if (addresses.Count == 0)
                continue;
            subsets.Add(new EndpointSubset
            {
                Addresses = addresses.Where(entry => IsReady(service, entry.Pod)).Select(entry => Address(service, entry.Pod, entry.Address)).ToEquatableArray(),
                NotReadyAddresses = addresses.Where(entry => !IsReady(service, entry.Pod)).Select(entry => Address(service, entry.Pod, entry.Address)).ToEquatableArray(),
                Ports = group.Key,
            });
        }

        return subsets.ToEquatableArray();
    }

    private static bool IsReady(Service service, Pod pod) => service.Spec.PublishNotReadyAddresses is true || pod.IsReady();

    private static EndpointAddress Address(Service service, Pod pod, IpAddress address) => new()
    {
        Ip = address.ToString(),
        Hostname = ServiceBackends.Hostname(service, pod),
        NodeName = pod.Spec.NodeName,
        TargetRef = ServiceBackends.Reference(pod),
    };
}
