using Microsoft.AspNetCore.Http;

namespace Weft.Tests.Client.Upstream;

/// <summary>A request as RBAC sees it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch or delete.</param>
/// <param name="Resource">The path without namespace and name, such as <c>/api/v1/services</c>.</param>
/// <param name="Namespace">The namespace, if any.</param>
/// <param name="Name">The object's name, if any; for lists the one that a field selector names.</param>
/// <param name="Subresource"><c>status</c>, if any.</param>
internal sealed record UpstreamRequest(string Verb, string Resource, string? Namespace, string? Name, string? Subresource)
{
    /// <summary>The API group; the core group is empty.</summary>
    public string Group => Resource.Split('/') is ["", "apis", var group, ..] ? group : "";

    /// <summary>The resource as rules name it: <c>nodes/status</c>.</summary>
    public string Plural => Subresource is null ? Resource[(Resource.LastIndexOf('/') + 1)..] : $"{Resource[(Resource.LastIndexOf('/') + 1)..]}/{Subresource}";

    public static UpstreamRequest? Read(HttpRequest request)
    {
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var roots = parts switch { ["api", "v1", ..] => 2, ["apis", _, _, ..] => 3, _ => 0 };
        if (roots == 0 || parts.Length == roots)
            return null;
        var root = $"/{string.Join('/', parts[..roots])}";
        var rest = parts[roots..];
        string? ns = null;
        if (rest is ["namespaces", var scope, _, ..])
            (ns, rest) = (scope, rest[2..]);
        var name = rest.Length > 1 ? rest[1] : null;
        return new UpstreamRequest(VerbOf(request, name), $"{root}/{rest[0]}", ns, name ?? Selected(request), rest.Length > 2 ? rest[2] : null);
    }

    private static string? Selected(HttpRequest request) =>
        request.Query["fieldSelector"].ToString() is { } selector && selector.StartsWith("metadata.name=", StringComparison.Ordinal) ? selector["metadata.name=".Length..] : null;

    private static string VerbOf(HttpRequest request, string? name) => request.Method switch
    {
        "GET" when request.Query["watch"] == "true" => "watch",
        "GET" => name is null ? "list" : "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        _ => "delete",
    };
}
