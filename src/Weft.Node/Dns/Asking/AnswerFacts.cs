using Weft.Dns.Explaining;
using Weft.Dns.Wire;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;
using Weft.Node.Policies;
using Weft.Node.Proxy.Watching;

namespace Weft.Node.Dns.Asking;

/// <summary>Says of an answer what the zone does not know: which endpoints stand behind its Services, and whose its addresses are.</summary>
internal sealed class AnswerFacts(ServiceWatch services, PodList pods)
{
    private const int MostListed = 5;
    private const string Headless = "None";

    /// <summary>What there is to say of an answer.</summary>
    /// <param name="heard">The answer.</param>
    /// <param name="served">Addresses at which nodes answer themselves.</param>
    public IEnumerable<string> Of(Inquiry heard, EquatableArray<IpAddress> served)
    {
        var objects = heard.Explanation.Services
            .Where(service => service.Alias is null && (service.Addresses.Count == 0 || heard.Answer.Code == DnsCode.NoError) && !service.Addresses.Any(served.Contains))
            .Select(service => services.Everything.Find(new ObjectKey(service.Namespace, service.Name))).OfType<ServiceObjects>().ToList();
        return [.. objects.Select(Readiness).OfType<string>(), .. Addresses(heard.Answer).Distinct().Select(address => Owner(address, objects)).OfType<string>().Take(MostListed)];
    }

    /// <summary>Whether endpoints of a Service take connections; null where the records say it all.</summary>
    internal static string? Readiness(ServiceObjects objects)
    {
        var service = objects.Service;
        var isHeadless = service.Spec.ClusterIP == Headless;
        var endpoints = objects.Slices.SelectMany(slice => slice.Endpoints).GroupBy(NameOf).OrderBy(same => same.Key, StringComparer.Ordinal).ToList();
        if (endpoints.Count == 0)
            return Nobody(service);
        var ready = endpoints.Where(same => same.Any(one => one.Conditions?.Ready ?? true)).Select(same => same.Key).ToList();
        var others = endpoints.Select(same => same.Key).Except(ready).ToList();
        var slices = string.Join(", ", objects.Slices.Select(slice => slice.Metadata.Name));
        if (ready.Count == 0)
            return $"none of the endpoints of {service.Metadata.Namespace}/{service.Metadata.Name} is ready: {List(others)} (EndpointSlice {slices})";
        var rest = others.Count == 0 ? "" : $"not ready {(others.Count == 1 ? "is" : "are")} {List(others)}";
        if (isHeadless)
            return rest.Length == 0 ? null : $"{rest} (EndpointSlice {slices})";
        return $"connections go to {List(ready)}{(rest.Length == 0 ? "" : "; ")}{rest} (EndpointSlice {slices})";
    }

    private static string Nobody(Service service)
    {
        var (space, name) = (service.Metadata.Namespace, service.Metadata.Name);
        var selector = string.Join(',', service.Spec.Selector.Select(pair => $"{pair.Key}={pair.Value}"));
        return selector.Length == 0
            ? $"no EndpointSlice names endpoints of {space}/{name}, and without a selector nobody writes one unless you do"
            : $"no pod with an address has the labels that {space}/{name} selects: see `kubectl -n {space} get pods -l {selector}`";
    }

    private string? Owner(IpAddress address, List<ServiceObjects> objects)
    {
        var text = address.ToString();
        foreach (var slice in objects.SelectMany(one => one.Slices))
        {
            if (slice.Endpoints.FirstOrDefault(endpoint => endpoint.Addresses.Contains(text)) is { } endpoint)
                return $"{text} is {(NameOf(endpoint) is var name && name == text ? "an endpoint" : $"the pod {name}")}{On(endpoint.NodeName)}, from EndpointSlice {slice.Metadata.Name}";
        }

        return pods.OwnerOf(address) is { } known
            ? $"{text} is the pod {known.Namespace}/{known.Name}{On(known.Node)}"
            : null;
    }

    private static string On(string? node) => string.IsNullOrEmpty(node) ? "" : $" on {node}";

    private static string NameOf(Endpoint endpoint) =>
        endpoint.TargetRef is { Kind: "Pod" } pod ? $"{pod.Namespace}/{pod.Name}" : endpoint.Addresses.FirstOrDefault("an endpoint without an address");

    private static string List(IReadOnlyList<string> names) =>
        names.Count <= MostListed ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostListed))} and {names.Count - MostListed} more";

    private static IEnumerable<IpAddress> Addresses(DnsMessage answer) =>
        answer.Answers.Where(record => record.Type is DnsType.A or DnsType.AAAA).Select(record => IpAddress.Read(record.Data.Span));
}
