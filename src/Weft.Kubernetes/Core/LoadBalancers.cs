using Weft.Model;

namespace Weft.Kubernetes;

/// <summary>Which Services of type LoadBalancer are ours, and what their addresses are.</summary>
public static class LoadBalancers
{
    /// <summary>The <c>spec.loadBalancerClass</c> of Services that ask for Weft by name. Those without a class are served too.</summary>
    public const string Class = "weft.dev/load-balancer";

    /// <summary>
    /// The namespace of the leases by which agents see that others are alive. Not kube-node-lease: who may write there can keep a dead node alive for the
    /// whole cluster.
    /// </summary>
    public const string LeaseNamespace = "weft-node-lease";

    /// <summary>Whether such a Service is to get addresses from us, and to have them announced.</summary>
    public static bool Serves(Service service) =>
        service.Spec.Type == "LoadBalancer" && !service.IsTerminating() && (service.Spec.LoadBalancerClass is null or "" or Class);

    /// <summary>The addresses that a Service's status shows.</summary>
    public static IEnumerable<IpAddress> AddressesOf(Service service)
    {
        foreach (var ingress in service.Status?.LoadBalancer?.Ingress ?? default)
        {
            if (IpAddress.TryParse(ingress.Ip ?? "", out var address))
                yield return address;
        }
    }

    /// <summary>Those of them that packets are to arrive for; with <c>ipMode: Proxy</c> a load balancer ends the connections itself.</summary>
    public static IEnumerable<IpAddress> VirtualAddressesOf(Service service)
    {
        foreach (var ingress in service.Status?.LoadBalancer?.Ingress ?? default)
        {
            if (ingress.IpMode is null or "" or "VIP" && IpAddress.TryParse(ingress.Ip ?? "", out var address))
                yield return address;
        }
    }
}
