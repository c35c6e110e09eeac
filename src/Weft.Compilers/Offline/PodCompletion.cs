using Weft.Kubernetes;
using Weft.Model;

namespace Weft.Compilers.Offline;

/// <summary>Pods with a node and addresses.</summary>
internal static class PodCompletion
{
    // host-local gives the gateway the first address, and pods those from the second on.
    private const int FirstHost = 2;

    public static List<Pod> Complete(List<Pod> pods, IReadOnlyList<Node> nodes, List<string> notes)
    {
        var used = pods.SelectMany(Addresses).ToHashSet(StringComparer.Ordinal);
        var next = 0;
        return pods.ConvertAll(pod =>
        {
            var name = pod.Spec.NodeName ?? nodes[next++ % nodes.Count].Metadata.Name;
            pod = pod with { Spec = pod.Spec with { NodeName = name } };
            if (Addresses(pod).Any())
                return pod;
            var node = nodes.FirstOrDefault(node => node.Metadata.Name == name);
            if (node is null)
                notes.Add($"Pod {pod.Key()}: there is no Node {name}, so it has no address");
            var addresses = node is null ? [] : pod.Spec.HostNetwork ? NodeAddresses(node) : Take(node, used);
            return pod with { Status = pod.Status with { PodIP = addresses.FirstOrDefault(), PodIPs = addresses.Select(ip => new PodIp(ip)).ToEquatableArray() } };
        });
    }

    /// <summary>Every address of a pod.</summary>
    public static IEnumerable<string> Addresses(Pod pod) =>
        pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs.Select(ip => ip.Ip) : pod.Status.PodIP is { Length: > 0 } ip ? [ip] : [];

    private static List<string> NodeAddresses(Node node) => [.. node.Status.Addresses.Where(address => address.Type == "InternalIP").Select(address => address.Address)];

    private static List<string> Take(Node node, HashSet<string> used)
    {
        var taken = new List<string>();
        foreach (var text in node.Spec.PodCIDRs)
        {
            if (!IpPrefix.TryParse(text, out var range))
                continue;
            for (var host = (UInt128)FirstHost; host < (UInt128.One << Math.Min(range.HostBits, 64)) - 1; host++)
            {
                var address = range.AddressAt(host).ToString();
                if (!used.Add(address))
                    continue;
                taken.Add(address);
                break;
            }
        }

        return taken;
    }
}
