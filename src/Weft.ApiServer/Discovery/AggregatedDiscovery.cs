using System.Text.Json.Nodes;
using Weft.ApiServer.Kinds;

namespace Weft.ApiServer.Discovery;

/// <summary>All groups, versions and resources in one document (KEP-3352): one request instead of one per group.</summary>
internal static class AggregatedDiscovery
{
    public static JsonObject Of(IEnumerable<DiscoveryGroup> groups, string version) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. groups.Select(Group)]),
    };

    private static JsonObject Group(DiscoveryGroup group)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (group.Name.Length > 0)
            metadata["name"] = group.Name;
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray(new JsonObject
            {
                ["version"] = group.Version,
                ["resources"] = new JsonArray([.. group.Resources.Select(Resource)]),
                ["freshness"] = "Current",
            }),
        };
    }

    private static JsonObject Resource(DiscoveryResource resource)
    {
        var made = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = PlainDiscovery.Strings(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
            made["shortNames"] = PlainDiscovery.Strings(resource.ShortNames);
        if (resource.Categories.Count > 0)
            made["categories"] = PlainDiscovery.Strings(resource.Categories);
        if (resource.Subresources.Count > 0)
            made["subresources"] = new JsonArray([.. resource.Subresources.Select(Subresource)]);
        return made;
    }

    private static JsonObject Subresource(SubresourceKind part) => new()
    {
        ["subresource"] = part.Name,
        ["responseKind"] = Kind(part.Group, part.Version, part.Kind),
        ["verbs"] = PlainDiscovery.Strings(part.Verbs),
    };

    private static JsonObject Kind(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
}
