using System.Globalization;
using Weft.Kubernetes;

namespace Weft.Lab.Pods.Files;

/// <summary>The fields of a pod that its containers can be told (downward API).</summary>
/// <param name="Pod">The pod.</param>
/// <param name="NodeIps">Its node's addresses, the main one first.</param>
/// <param name="PodIps">Its own addresses, the main one first.</param>
internal sealed record FieldPaths(Pod Pod, IReadOnlyList<string> NodeIps, IReadOnlyList<string> PodIps)
{
    /// <summary>The value of a field, or null when there is no such field.</summary>
    public string? Find(string path)
    {
        if (Subscript(path, "metadata.labels") is { } label)
            return Pod.Metadata.Labels.Find(label) ?? "";
        if (Subscript(path, "metadata.annotations") is { } annotation)
            return Pod.Metadata.Annotations.Find(annotation) ?? "";
        return path switch
        {
            "metadata.name" => Pod.Metadata.Name,
            "metadata.namespace" => Pod.Metadata.Namespace ?? "",
            "metadata.uid" => Pod.Metadata.Uid ?? "",
            "metadata.labels" => Lines(Pod.Metadata.Labels),
            "metadata.annotations" => Lines(Pod.Metadata.Annotations),
            "spec.nodeName" => Pod.Spec.NodeName ?? "",
            "spec.serviceAccountName" => Pod.Spec.ServiceAccountName ?? "default",
            "status.hostIP" => NodeIps.FirstOrDefault() ?? "",
            "status.hostIPs" => string.Join(',', NodeIps),
            "status.podIP" => PodIps.FirstOrDefault() ?? "",
            "status.podIPs" => string.Join(',', PodIps),
            _ => null,
        };
    }

    /// <summary>A request or limit of a container, in units of the divisor; what is not limited is the machine's.</summary>
    public string? Find(ResourceFieldRef field, Container self)
    {
        var container = field.ContainerName is { Length: > 0 } name ? Pod.Spec.Containers.FirstOrDefault(c => c.Name == name) : self;
        var (list, resource) = field.Resource.Split('.', 2) is [var first, var second] ? (first, second) : ("", "");
        if (container is null || list is not ("limits" or "requests"))
            return null;
        var set = list == "limits" ? container.Resources?.Limits.Find(resource) : container.Resources?.Requests.Find(resource);
        var amount = set is not null ? Quantity.ParseOrZero(set).Value : list == "requests" ? 0 : Machine(resource);
        var divisor = Quantity.TryParse(field.Divisor, out var unit) && unit.Value > 0 ? unit.Value : 1;
        return Math.Ceiling(amount / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static decimal Machine(string resource) => resource switch
    {
        "cpu" => Environment.ProcessorCount,
        "memory" => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        _ => 0,
    };

    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    // key="value" with the value escaped, a line each: as the kubelet writes maps.
    private static string Lines(StringMap map)
    {
        var lines = new List<string>();
        foreach (var (key, value) in map)
            lines.Add($"{key}=\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"");
        return string.Join('\n', lines);
    }
}
