using System.Globalization;
using System.Net;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Probing;

/// <summary>A Service as a target: every cluster IP of it, at one of its ports.</summary>
/// <param name="Namespace">Of the Service.</param>
/// <param name="Name">Of the Service.</param>
/// <param name="Port">The Service's port; null is the first of the protocol.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
internal sealed record ServiceTargets(string Namespace, string Name, int? Port, string Protocol)
{
    private static readonly string[] Words = ["svc", "service", "services"];

    /// <summary>Reads <c>[NAMESPACE/]svc/NAME[:PORT]</c>; null when the text names something else.</summary>
    public static ServiceTargets? TryParse(string text, ProbeRequest request)
    {
        var port = request.Port;
        if (text.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            (text, port) = (text[..colon], number);
        return text.Split('/') switch
        {
            [var word, { Length: > 0 } name] when Words.Contains(word) => new(request.Namespace ?? "default", name, port, request.Protocol),
            [{ Length: > 0 } space, var word, { Length: > 0 } name] when Words.Contains(word) => new(space, name, port, request.Protocol),
            _ => null,
        };
    }

    /// <summary>The addresses to try.</summary>
    /// <exception cref="LabException">There is no such Service, or it has no address.</exception>
    public async Task<IReadOnlyList<ProbeTarget>> FindAsync(KubeClient client, CancellationToken ct)
    {
        var service = await client.TryGetAsync<Service>(Namespace, Name, ct).ConfigureAwait(false)
            ?? throw new LabException($"there is no Service {Namespace}/{Name}: `kubectl get services -A` lists them");
        var addresses = service.Spec.ClusterIPs.Where(address => IPAddress.TryParse(address, out _)).Select(IPAddress.Parse).ToArray();
        if (addresses.Length == 0)
            throw new LabException($"the Service {Namespace}/{Name} has no address of its own ({KindOf(service)}): probe its pods by a label selector");
        var port = Port ?? service.Spec.Ports.FirstOrDefault(each => string.Equals(each.Protocol ?? "TCP", Protocol, StringComparison.OrdinalIgnoreCase))?.Port
            ?? throw new LabException($"the Service {Namespace}/{Name} has no {Protocol} port: give --port or another --protocol");
        return [.. addresses.Select(address => new ProbeTarget($"{Namespace}/svc/{Name}", address, port))];
    }

    private static string KindOf(Service service) => service.Spec.Type == "ExternalName" ? "ExternalName" : "headless";
}
