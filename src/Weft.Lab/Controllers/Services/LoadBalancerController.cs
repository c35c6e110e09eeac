using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Writes the addresses of Services of type LoadBalancer into their status, and takes them back.</summary>
internal sealed class LoadBalancerController(ControllerContext context) : Controller(context)
{
    public override string Name => "load-balancer";

    protected override Task SubscribeAsync(ChangeSignal signal, CancellationToken cancel)
    {
        // Services of other types are many and not of interest.
        Cluster.Services.OnObject((before, after) =>
        {
            if (before?.Spec.Type == "LoadBalancer" || after?.Spec.Type == "LoadBalancer")
                signal.Set();
        });
        return Task.WhenAll(Cluster.Services.Synced, Cluster.Nodes.Synced);
    }

    protected override async Task ReconcileAsync(Turn turn, CancellationToken cancel)
    {
        if (Context.Options.LoadBalancerRanges.Count == 0)
            return;
        var services = Cluster.Services.Items.Values;
        var assigned = new LoadBalancerPool(Context.Options.LoadBalancerRanges, NodeAddresses()).Assign(services);
        foreach (var service in services)
        {
            if (assigned.TryGetValue(service.Key(), out var answer))
                await turn.TryAsync($"load balancer of {service.Key()}", () => WriteAsync(service, answer.Addresses, answer.Problem, cancel)).ConfigureAwait(false);
            else if (service.Spec.Type != "LoadBalancer" && LoadBalancers.AddressesOf(service).Any())
                await turn.TryAsync($"load balancer of {service.Key()}", () => WriteAsync(service, default, null, cancel)).ConfigureAwait(false);
        }
    }

    private HashSet<IpAddress> NodeAddresses() => Cluster.Nodes.Items.Values
        .SelectMany(node => node.Status.Addresses)
        .Where(address => IpAddress.TryParse(address.Address, out _))
        .Select(address => IpAddress.Parse(address.Address))
        .ToHashSet();

    private async Task WriteAsync(Service service, EquatableArray<IpAddress> addresses, string? problem, CancellationToken cancel)
    {
        if (problem is not null)
            Context.Events.Warning(service, "AllocationFailed", problem);
        if (LoadBalancers.AddressesOf(service).SequenceEqual(addresses))
            return;
        var ingress = addresses.Select(address => new LoadBalancerIngress { Ip = address.ToString(), IpMode = "VIP" }).ToEquatableArray();
        var status = (service.Status ?? new ServiceStatus()) with { LoadBalancer = new LoadBalancerStatus { Ingress = ingress } };
        await Context.PatchStatusAsync(Cluster.Services, service, service with { Status = status }, cancel).ConfigureAwait(false);
        if (addresses.Count > 0)
            Context.Events.Normal(service, "IPAllocated", $"Assigned IP {string.Join(", ", addresses)}");
    }
}
