using System.Globalization;
using System.Net;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Lab.Supervision;

namespace Weft.Lab.Publishing;

/// <summary>What <c>--publish</c> leads to: <c>[NAMESPACE/][pod/|svc/|deployment/]NAME[:PORT]</c>.</summary>
/// <param name="Namespace">Of the object.</param>
/// <param name="Kind"><c>pod</c>, <c>svc</c> or <c>deployment</c>.</param>
/// <param name="Name">Of the object.</param>
/// <param name="Port">A port of the target, or null for its first.</param>
public sealed record PublishedTarget(string Namespace, string Kind, string Name, int? Port)
{
    private static int _turn;

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">It has another form.</exception>
    public static PublishedTarget Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        int? port = null;
        if (colon >= 0)
        {
            if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                throw new FormatException($"'{text[(colon + 1)..]}' in '{text}' is not a port");
            port = number;
            text = text[..colon];
        }

        var parts = text.Split('/');
        return parts switch
        {
            [{ Length: > 0 } name] => new("default", "pod", name, port),
            ["pod" or "pods" or "po", { Length: > 0 } name] => new("default", "pod", name, port),
            ["svc" or "service" or "services", { Length: > 0 } name] => new("default", "svc", name, port),
            ["deploy" or "deployment" or "deployments", { Length: > 0 } name] => new("default", "deployment", name, port),
            [{ Length: > 0 } space, { Length: > 0 } name] => new(space, "pod", name, port),
            [{ Length: > 0 } space, var kind, { Length: > 0 }] => Parse($"{kind}/{parts[2]}") with { Namespace = space, Port = port },
            _ => throw new FormatException($"'{text}' is not a target such as web-1:80, deployment/web or shop/svc/web:80"),
        };
    }

    /// <summary>The pod that the next connection goes to; ready ones take turns.</summary>
    /// <exception cref="LabException">There is none now.</exception>
    public async Task<PublishedBackend> ResolveAsync(Cluster cluster, KubeClient client, CancellationToken ct)
    {
        var (pods, port) = Kind switch
        {
            "pod" => (await client.TryGetAsync<Pod>(Namespace, Name, ct).ConfigureAwait(false) is { } pod ? [pod] : Array.Empty<Pod>(), Port),
            "svc" => await BehindServiceAsync(client, ct).ConfigureAwait(false),
            _ => (await OfDeploymentAsync(client, ct).ConfigureAwait(false), Port),
        };
        var ready = pods.Where(pod => pod.IsReady() && pod.Status.PodIP is not null).ToArray();
        if (ready.Length == 0)
            throw new LabException($"no ready pod behind {Namespace}/{Kind}/{Name}");
        var chosen = ready[(uint)Interlocked.Increment(ref _turn) % (uint)ready.Length];
        var number = port ?? chosen.Spec.Containers.SelectMany(container => container.Ports).FirstOrDefault()?.Port
            ?? throw new LabException($"the pod {Namespace}/{chosen.Metadata.Name} declares no port: name one, as in {Name}:80");
        var world = cluster.NodeOf(Namespace, chosen.Metadata.Name).World ?? throw new LabException($"the node of {chosen.Metadata.Name} is stopped");
        return new PublishedBackend($"/proc/{world.InitPid}/ns/net", new IPEndPoint(IPAddress.Parse(chosen.Status.PodIP!), number));
    }

    private async Task<(Pod[] Pods, int? Port)> BehindServiceAsync(KubeClient client, CancellationToken ct)
    {
        var service = await client.TryGetAsync<Service>(Namespace, Name, ct).ConfigureAwait(false)
            ?? throw new LabException($"there is no Service {Namespace}/{Name}");
        var entry = service.Spec.Ports.FirstOrDefault(port => Port is null || port.Port == Port)
            ?? throw new LabException($"the Service {Namespace}/{Name} has no port {Port}");
        var pods = await SelectAsync(client, LabelSelector.Of(service.Spec.Selector), ct).ConfigureAwait(false);
        return (pods, TargetPort(entry, pods));
    }

    private static int? TargetPort(ServicePort entry, Pod[] pods)
    {
        if (entry.TargetPort is not { } target)
            return entry.Port;
        return target.Number ?? pods.SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Ports)
            .FirstOrDefault(port => port.Name == target.Text)?.Port;
    }

    private async Task<Pod[]> OfDeploymentAsync(KubeClient client, CancellationToken ct)
    {
        var deployment = await client.TryGetAsync<Deployment>(Namespace, Name, ct).ConfigureAwait(false)
            ?? throw new LabException($"there is no Deployment {Namespace}/{Name}");
        return await SelectAsync(client, deployment.Spec.Selector ?? LabelSelector.Everything, ct).ConfigureAwait(false);
    }

    private async Task<Pod[]> SelectAsync(KubeClient client, LabelSelector selector, CancellationToken ct) =>
        [.. (await client.ListAsync<Pod>(Namespace, cancel: ct).ConfigureAwait(false)).Items.Where(pod => selector.Matches(pod.Metadata.Labels))];
}
