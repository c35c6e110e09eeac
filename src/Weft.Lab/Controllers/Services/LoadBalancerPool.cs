using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>Gives addresses of the load balancer ranges to Services: pure, the same for the same objects.</summary>
/// <remarks>A Service keeps what it has; older Services come first, and of one that names its address nobody else gets it.</remarks>
/// <param name="ranges">The ranges.</param>
/// <param name="reserved">Addresses that are never given out, such as those of nodes.</param>
internal sealed class LoadBalancerPool(EquatableArray<IpRange> ranges, IReadOnlySet<IpAddress> reserved)
{
    // An IPv6 range is never full, but the search for a free address must end.
    private const int MostTried = 1 << 20;

    private readonly Dictionary<IpAddress, ObjectKey> _taken = [];

    /// <summary>The addresses of every Service served, in the order of its families; a problem where one is missing.</summary>
    public IReadOnlyDictionary<ObjectKey, (EquatableArray<IpAddress> Addresses, string? Problem)> Assign(IEnumerable<Service> services)
    {
        var all = services.OrderBy(service => service.Metadata.CreationTimestamp).ThenBy(service => service.Key()).ToList();
        foreach (var service in all)
        {
            // What somebody else's load balancer wrote is as taken as our own.
            foreach (var address in LoadBalancers.AddressesOf(service).Where(address => IsWanted(service, address)))
                _taken.TryAdd(address, service.Key());
        }
        foreach (var service in all.Where(LoadBalancers.Serves))
        {
            if (Requested(service) is { } wanted && InRange(wanted))
                _taken.TryAdd(wanted, service.Key());
        }
        return all.Where(LoadBalancers.Serves).ToDictionary(service => service.Key(), Give);
    }

    private static bool IsWanted(Service service, IpAddress address) =>
        !LoadBalancers.Serves(service) || Requested(service) is not { } wanted || wanted == address || wanted.IsV6 != address.IsV6;

    private (EquatableArray<IpAddress> Addresses, string? Problem) Give(Service service)
    {
        var addresses = new List<IpAddress>();
        string? problem = null;
        foreach (var v6 in ServiceBackends.Families(service))
        {
            if (Requested(service) is { } wanted && wanted.IsV6 == v6)
            {
                if (!InRange(wanted))
                    problem = $"address {wanted} is not in the load balancer range {string.Join(", ", ranges)}";
                else if (reserved.Contains(wanted))
                    problem = $"address {wanted} is that of a node";
                else if (_taken.GetValueOrDefault(wanted) != service.Key())
                    problem = $"address {wanted} is already that of Service {_taken[wanted]}";
                else
                    addresses.Add(wanted);
            }
            else if ((Kept(service, v6) ?? Free(service, v6)) is { } address)
            {
                addresses.Add(address);
            }
            else
            {
                problem = $"no {(v6 ? "IPv6" : "IPv4")} address is free in the load balancer ranges ({string.Join(", ", ranges)})";
            }
        }
        return (addresses.ToEquatableArray(), addresses.Count > 0 && problem?.StartsWith("no ", StringComparison.Ordinal) is true ? null : problem);
    }

    private IpAddress? Kept(Service service, bool v6)
    {
        foreach (var address in LoadBalancers.AddressesOf(service))
        {
            if (address.IsV6 == v6 && InRange(address) && !reserved.Contains(address) && _taken.GetValueOrDefault(address) == service.Key())
                return address;
        }
        return null;
    }

    private IpAddress? Free(Service service, bool v6)
    {
        foreach (var range in (IEnumerable<IpRange>)ranges)
        {
            if (range.IsV6 != v6)
                continue;
            var usable = range.Usable;
            var address = usable.First;
            for (var tried = 0; tried < MostTried; tried++)
            {
                if (!reserved.Contains(address) && _taken.TryAdd(address, service.Key()))
                    return address;
                if (address == usable.Last)
                    break;
                address = address.Add(1);
            }
        }
        return null;
    }

    private bool InRange(IpAddress address) => ranges.Any(range => range.Contains(address));

    private static IpAddress? Requested(Service service) => IpAddress.TryParse(service.Spec.LoadBalancerIP ?? "", out var address) ? address : null;
}
