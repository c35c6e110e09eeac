using System.Globalization;
using Weft.Dns.Completion;
using Weft.Kubernetes;
using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Node.Dns;

/// <summary>What the search lists of pods depend on besides the pods.</summary>
/// <param name="Domain">The cluster's domain; null when no names are completed.</param>
/// <param name="NodeSearch">The node's own search list, which the kubelet puts behind the cluster's.</param>
/// <param name="Silent">Namespaces whose pods want no completion, sorted.</param>
internal sealed record SearchSettings(DnsName? Domain, EquatableArray<DnsName> NodeSearch, EquatableArray<string> Silent)
{
    // What the kubelet writes for pods that use cluster DNS, and as many as resolvers take.
    internal const int ClusterDots = 5, MostDots = 15;

    internal const string Dots = "ndots";

    private const string Off = "off", NoTopLevel = "no-tld-query";

    /// <summary>Nobody's names are completed.</summary>
    public static SearchSettings None { get; } = new(null, [], []);

    /// <summary>Takes them from what is set, and from annotations of namespaces.</summary>
    public static SearchSettings Of(DnsSettings settings, EquatableArray<DnsName> nodeSearch, EquatableArray<Namespace> namespaces) => !settings.Completion ? None : new SearchSettings(
        settings.ClusterDomain,
        nodeSearch,
        namespaces.Where(item => item.Metadata.Annotations.Find(PodResolver.CompletionAnnotation) == Off).Select(item => item.Metadata.Name).Order(StringComparer.Ordinal).ToEquatableArray());

    /// <summary>The search list of a pod as a kubelet writes it; null when it is not known for sure, or its names are not to be completed.</summary>
    public SearchList? ListOf(PolicyPod pod)
    {
        if (Domain is not { } domain || pod.HostNetwork)
            return null;
        var (policy, config, completion) = pod.Resolver ?? new PodResolver(PodResolver.ClusterFirst, null, null);
        if (completion == Off || (completion is null && Silent.Contains(pod.Namespace)))
            return null;
        if (policy is not (PodResolver.ClusterFirst or "ClusterFirstWithHostNet"))
            return null;
        var ends = ClusterEnds(pod.Namespace, domain).Concat(NodeSearch).ToList();
        foreach (var text in config?.Searches ?? [])
        {
            if (!DnsName.TryParse(text, out var end, out _))
                return null;
            ends.Add(end);
        }

        var dots = ClusterDots;
        foreach (var option in config?.Options ?? [])
        {
            if (option.Name == NoTopLevel)
                return null;
            if (option.Name == Dots && !int.TryParse(option.Value, NumberStyles.None, CultureInfo.InvariantCulture, out dots))
                return null;
        }

        var list = new SearchList([.. ends.Distinct()], Math.Min(dots, MostDots));
        return list.IsUsable ? list : null;
    }

    /// <summary>What a kubelet has pods that use cluster DNS append to names, before the ends of the node.</summary>
    internal static IEnumerable<DnsName> ClusterEnds(string space, DnsName domain)
    {
        var services = domain.Prepend(DnsName.Parse("svc"));
        return [services.Prepend(DnsName.Parse(space)), services, domain];
    }
}
