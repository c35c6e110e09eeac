using System.Globalization;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Pods.Files;

/// <summary>The variables by which a container finds Services that were there before it.</summary>
/// <remarks>
/// <code>
/// WEB_SERVICE_HOST, WEB_SERVICE_PORT, WEB_SERVICE_PORT_HTTP                          address; first port; port by its name
/// WEB_PORT, WEB_PORT_80_TCP = tcp://10.96.0.7:80, and the parts …_PROTO, …_PORT, …_ADDR     as Docker's links had them
/// </code>
/// Those of default/kubernetes are there for every pod; the others for pods of the same namespace that want them
/// (kubernetes.io/docs, "Accessing Services when running in a Pod").
/// </remarks>
internal static class ServiceVariables
{
    private const string MasterNamespace = "default";
    private const string MasterName = "kubernetes";

    /// <summary>Asks for the Services that concern a pod and gives their variables.</summary>
    public static async Task<IEnumerable<KeyValuePair<string, string>>> ReadAsync(KubeClient client, Pod pod, CancellationToken ct)
    {
        var space = pod.Metadata.Namespace ?? MasterNamespace;
        var wanted = new List<Service>();
        if (await client.TryGetAsync<Service>(MasterNamespace, MasterName, ct).ConfigureAwait(false) is { } master)
            wanted.Add(master);
        if (pod.Spec.EnableServiceLinks ?? true)
        {
            var own = await client.ListAsync<Service>(space, cancel: ct).ConfigureAwait(false);
            wanted.AddRange(own.Items.Where(service => space != MasterNamespace || service.Metadata.Name != MasterName));
        }

        return wanted.SelectMany(Of);
    }

    /// <summary>The variables of one Service; none when it has no address or no port.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(Service service)
    {
        if (service.Spec.ClusterIP is null or "" or "None" || service.Spec.Ports.Count == 0)
            yield break;
        var (prefix, host) = (NameOf(service.Metadata.Name), service.Spec.ClusterIP);
        yield return new($"{prefix}_SERVICE_HOST", host);
        yield return new($"{prefix}_SERVICE_PORT", Text(service.Spec.Ports[0].Port));
        foreach (var port in service.Spec.Ports.Where(port => !string.IsNullOrEmpty(port.Name)))
            yield return new($"{prefix}_SERVICE_PORT_{NameOf(port.Name!)}", Text(port.Port));
        yield return new($"{prefix}_PORT", Url(host, service.Spec.Ports[0]));
        foreach (var port in service.Spec.Ports)
        {
            var protocol = port.Protocol ?? "TCP";
            var link = $"{prefix}_PORT_{Text(port.Port)}_{protocol.ToUpperInvariant()}";
            yield return new(link, Url(host, port));
            yield return new($"{link}_PROTO", protocol.ToLowerInvariant());
            yield return new($"{link}_PORT", Text(port.Port));
            yield return new($"{link}_ADDR", host);
        }
    }

    private static string Url(string host, ServicePort port) =>
        $"{(port.Protocol ?? "TCP").ToLowerInvariant()}://{(host.Contains(':') ? $"[{host}]" : host)}:{Text(port.Port)}";

    private static string NameOf(string name) => name.Replace('-', '_').ToUpperInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
