using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Lab.Controllers;

/// <summary>The content of an Endpoints object: pure.</summary>
internal static class EndpointSubsets
{
    /// <summary>Addresses in one object; upstream's limit.</summary>
    public const int Maximum = 1000;

    /// <summary>The pods grouped by the ports they offer, ready ones apart from the others; whether some found no place.</summary>
    public static (EquatableArray<EndpointSubset> Subsets, bool Truncated) Of(Service service, IReadOnlyList<Pod> pods)
    {
        var v6 = ServiceBackends.Families(service).First();
        var unready = service.Spec.PublishNotReadyAddresses is true;
        var candidates = pods
            .Where(pod => unready || !pod.IsTerminating())
            .SelectMany(pod => ServiceBackends.Addresses(pod).Where(address => address.IsV6 == v6).Take(1).Select(address => new Candidate(pod, address, unready || pod.IsReady())))
            // When not all fit, ready ones come first.
            .OrderBy(candidate => candidate.Ready || pods.Count <= Maximum ? 0 : 1)
            .ToList();
        var subsets = candidates.Take(Maximum)
            .GroupBy(candidate => ServiceBackends.Ports(service, candidate.Pod))
            // A pod that lacks every named port is no endpoint; a headless Service without ports has endpoints without ports.
            .Where(group => group.Key.Count > 0 || service.Spec.Ports.Count == 0)
            .Select(group => new EndpointSubset
            {
                Addresses = group.Where(candidate => candidate.Ready).Select(candidate => Address(service, candidate)).ToEquatableArray(),
                NotReadyAddresses = group.Where(candidate => !candidate.Ready).Select(candidate => Address(service, candidate)).ToEquatableArray(),
                Ports = group.Key,
            });
        return (subsets.ToEquatableArray(), candidates.Count > Maximum);
    }

    private static EndpointAddress Address(Service service, Candidate candidate) => new()
    {
        Ip = candidate.Address.ToString(),
        Hostname = ServiceBackends.Hostname(service, candidate.Pod),
        NodeName = candidate.Pod.Spec.NodeName,
        TargetRef = ServiceBackends.Reference(candidate.Pod),
    };

    private sealed record Candidate(Pod Pod, IpAddress Address, bool Ready);
}
