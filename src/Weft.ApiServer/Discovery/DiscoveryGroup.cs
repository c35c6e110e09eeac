using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Discovery;

/// <summary>One API group as discovery shows it. Every group has one version.</summary>
internal sealed record DiscoveryGroup(string Name, IReadOnlyList<DiscoveryResource> Resources)
{
    private static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] PartVerbs = ["get", "patch", "update"];

    public string Version => Resources[0].Version;

    public string GroupVersion => Name.Length == 0 ? Version : $"{Name}/{Version}";

    public static IReadOnlyList<DiscoveryGroup> All(KindTable kinds)
    {
        var resources = kinds.All.Select(k => (k.Group, Resource: Of(k)))
            .Concat(Reviews.All.Select(r => (r.Group, Resource: new DiscoveryResource(r.Plural, r.Kind.ToLowerInvariant(), r.Group, "v1", r.Kind, false, ["create"], [], [], []))));
        return [.. resources.GroupBy(r => r.Group).Select(g => new DiscoveryGroup(g.Key, [.. g.Select(r => r.Resource)]))];
    }

    private static DiscoveryResource Of(ResourceKind kind)
    {
        var parts = new List<SubresourceKind>();
        if (kind.HasStatus)
            parts.Add(new("status", kind.Group, kind.Version, kind.Kind, PartVerbs));
        if (kind.HasScale)
            parts.Add(new("scale", "autoscaling", "v1", "Scale", PartVerbs));
        parts.AddRange(kind.Subresources);
        return new(kind.Plural, kind.Singular, kind.Group, kind.Version, kind.Kind, kind.Namespaced, AllVerbs, kind.ShortNames, kind.Categories,
            [.. parts.OrderBy(p => p.Name, StringComparer.Ordinal)]);
    }
}

internal sealed record DiscoveryResource(
    string Plural, string Singular, string Group, string Version, string Kind, bool Namespaced, IReadOnlyList<string> Verbs,
    IReadOnlyList<string> ShortNames, IReadOnlyList<string> Categories, IReadOnlyList<SubresourceKind> Subresources);
