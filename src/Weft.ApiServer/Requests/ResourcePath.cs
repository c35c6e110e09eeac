namespace Weft.ApiServer.Requests;

/// <summary>A path that names objects: group and version, namespace, resource, name, subresource.</summary>
/// <param name="Namespace">Null for objects of the cluster and for all namespaces.</param>
internal sealed record ResourcePath(string Group, string Version, string? Namespace, string Resource, string? Name, string? Subresource)
{
    /// <summary>
    /// Reads <c>/api/v1/…</c> and <c>/apis/GROUP/VERSION/…</c>, where the rest is <c>[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]</c>.
    /// </summary>
    /// <returns>Null when the path names nothing of that kind.</returns>
    public static ResourcePath? Parse(string path)
    {
        var parts = path.Split('/');
        if (parts.Length < 4 || parts[0].Length > 0)
            return null;
        if (parts[^1].Length == 0)
            parts = parts[..^1];
        if (parts.Contains("", StringComparer.Ordinal) && Array.LastIndexOf(parts, "") > 0)
            return null;
        return parts[1] switch
        {
            "api" when parts.Length > 3 => Rest("", parts[2], parts.AsSpan(3)),
            "apis" when parts.Length > 4 => Rest(parts[2], parts[3], parts.AsSpan(4)),
            _ => null,
        };
    }

    private static ResourcePath? Rest(string group, string version, ReadOnlySpan<string> rest)
    {
        string? ns = null;
        var inNamespace = rest[0] == "namespaces" && rest.Length > 2 && !(group.Length == 0 && rest.Length == 3 && rest[2] is "status" or "finalize");
        if (inNamespace)
        {
            ns = rest[1];
            rest = rest[2..];
        }
        return rest.Length > 3
            ? null
            : new(group, version, ns, rest[0], rest.Length > 1 ? rest[1] : null, rest.Length > 2 ? rest[2] : null);
    }
}
