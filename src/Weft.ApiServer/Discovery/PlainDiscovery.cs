using System.Text.Json.Nodes;

namespace Weft.ApiServer.Discovery;

/// <summary>The discovery documents of one group and one version each.</summary>
internal static class PlainDiscovery
{
    public static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    public static JsonObject Groups(IEnumerable<DiscoveryGroup> groups) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. groups.Select(g => Group(g, topLevel: false))]),
    };

    public static JsonObject Group(DiscoveryGroup group, bool topLevel)
    {
        var made = new JsonObject();
        if (topLevel)
        {
            made["kind"] = "APIGroup";
            made["apiVersion"] = "v1";
        }
        made["name"] = group.Name;
        made["versions"] = new JsonArray(Version(group));
        made["preferredVersion"] = Version(group);
        return made;
    }

    public static JsonObject Resources(DiscoveryGroup group)
    {
        var resources = new JsonArray();
        foreach (var resource in group.Resources)
        {
            resources.Add(Resource(resource));
            foreach (var part in resource.Subresources)
            {
                resources.Add(new JsonObject
                {
                    ["name"] = $"{resource.Plural}/{part.Name}",
                    ["singularName"] = "",
                    ["namespaced"] = resource.Namespaced,
                    ["group"] = part.Group,
                    ["version"] = part.Version,
                    ["kind"] = part.Kind,
                    ["verbs"] = Strings(part.Verbs),
                });
            }
        }
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.GroupVersion,
            ["resources"] = resources,
        };
    }

    public static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static JsonObject Version(DiscoveryGroup group) => new() { ["groupVersion"] = group.GroupVersion, ["version"] = group.Version };

    private static JsonObject Resource(DiscoveryResource resource)
    {
        var made = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Strings(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
            made["shortNames"] = Strings(resource.ShortNames);
        if (resource.Categories.Count > 0)
            made["categories"] = Strings(resource.Categories);
        return made;
    }
}
