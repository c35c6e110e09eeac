using System.Text;
using Weft.Kubernetes;

namespace Weft.Lab.Pods.Files;

/// <summary>A pod's /etc/hosts, as the kubelet writes it.</summary>
internal static class HostsFile
{
    /// <summary>The text for a pod with addresses of its own.</summary>
    public static string Write(Pod pod, string hostName, IReadOnlyList<string> addresses, string clusterDomain)
    {
        var text = new StringBuilder("# Kubernetes-managed hosts file.\n");
        text.Append("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        text.Append("fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        var names = FullName(pod, hostName, clusterDomain) is { } full ? $"{full}\t{hostName}" : hostName;
        foreach (var address in addresses)
            text.Append($"{address}\t{names}\n");
        Append(text, pod);
        return text.ToString();
    }

    /// <summary>The name of a pod below its subdomain; null without one.</summary>
    public static string? FullName(Pod pod, string hostName, string clusterDomain) =>
        pod.Spec.Subdomain is { Length: > 0 } subdomain ? $"{hostName}.{subdomain}.{pod.Metadata.Namespace}.svc.{clusterDomain}" : null;

    /// <summary>The text for a pod on its node's network: the host's own, with the pod's aliases.</summary>
    public static string WriteForHostNetwork(Pod pod, string hostsOfHost)
    {
        var text = new StringBuilder("# Kubernetes-managed hosts file (host network).\n").Append(hostsOfHost);
        Append(text, pod);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Pod pod)
    {
        if (pod.Spec.HostAliases.Count == 0)
            return;
        text.Append("\n# Entries added by HostAliases.\n");
        foreach (var alias in pod.Spec.HostAliases)
            text.Append($"{alias.Ip}\t{string.Join('\t', alias.Hostnames)}\n");
    }
}
