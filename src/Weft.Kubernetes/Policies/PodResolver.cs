namespace Weft.Kubernetes;

/// <summary>What a pod says about how it resolves names, where that is not the usual thing.</summary>
/// <param name="Policy">Its <c>dnsPolicy</c>.</param>
/// <param name="Config">Its <c>dnsConfig</c>.</param>
/// <param name="Completion">Its annotation <see cref="CompletionAnnotation"/>.</param>
public sealed record PodResolver(string Policy, PodDnsConfig? Config, string? Completion)
{
    /// <summary>The policy of pods that say nothing: cluster DNS, and its search list.</summary>
    public const string ClusterFirst = "ClusterFirst";

    /// <summary>Whether the node goes through the search list for the pod, or for all pods of the namespace: <c>off</c> is no.</summary>
    public const string CompletionAnnotation = "weft/dns-completion";

    /// <summary>What a pod says; null when that is nothing.</summary>
    public static PodResolver? Of(Pod pod)
    {
        var policy = string.IsNullOrEmpty(pod.Spec.DnsPolicy) ? ClusterFirst : pod.Spec.DnsPolicy;
        var completion = pod.Metadata.Annotations.Find(CompletionAnnotation);
        return policy == ClusterFirst && pod.Spec.DnsConfig is null && completion is null ? null : new PodResolver(policy, pod.Spec.DnsConfig, completion);
    }
}
