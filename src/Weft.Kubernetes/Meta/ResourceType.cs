namespace Weft.Kubernetes;

/// <summary>Where a kind lives in the API: its group, version and the plural of its path.</summary>
/// <param name="Group">API group, empty for the core group.</param>
/// <param name="Version">API version, such as <c>v1</c>.</param>
/// <param name="Plural">The plural used in paths, such as <c>pods</c>.</param>
/// <param name="Kind">The kind in CamelCase, such as <c>Pod</c>.</param>
/// <param name="Namespaced">Whether objects live in a namespace.</param>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    /// <summary>The value of an object's <c>apiVersion</c>: <c>v1</c>, <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The kind as people write it: <c>deployment.apps</c>, <c>pod</c>.</summary>
    public string DisplayName => Group.Length == 0 ? Kind.ToLowerInvariant() : $"{Kind.ToLowerInvariant()}.{Group}";

    /// <summary>The request path of a collection, an object or its subresource.</summary>
    /// <param name="ns">Namespace, or null for all of them and for cluster-scoped kinds.</param>
    /// <param name="name">Object name, or null for the collection.</param>
    /// <param name="subresource"><c>status</c>, <c>scale</c>, …, or null.</param>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        if (Namespaced && !string.IsNullOrEmpty(ns))
            path += $"/namespaces/{Uri.EscapeDataString(ns)}";
        path += $"/{Plural}";
        if (name is not null)
            path += $"/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ApiVersion} {Kind}";
}
