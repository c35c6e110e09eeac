using System.Text.Json.Nodes;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>Asks the API server which kinds it has.</summary>
internal static class ApiResources
{
    /// <summary>Every kind that can be listed, watched and deleted, in its preferred version.</summary>
    public static async Task<IReadOnlyList<ResourceType>> DiscoverAsync(KubeClient client, CancellationToken cancel)
    {
        var kinds = new List<ResourceType>();
        await AddAsync(client, "/api/v1", "", "v1", kinds, cancel).ConfigureAwait(false);
        var groups = await client.GetJsonAsync("/apis", cancel).ConfigureAwait(false);
        foreach (var group in groups["groups"] as JsonArray ?? [])
        {
            var name = (string)group!["name"]!;
            var version = (string)(group["preferredVersion"]?["version"] ?? group["versions"]![0]!["version"])!;
            await AddAsync(client, $"/apis/{name}/{version}", name, version, kinds, cancel).ConfigureAwait(false);
        }

        return kinds;
    }

    private static async Task AddAsync(KubeClient client, string path, string group, string version, List<ResourceType> kinds, CancellationToken cancel)
    {
        var list = await client.GetJsonAsync(path, cancel).ConfigureAwait(false);
        foreach (var entry in list["resources"] as JsonArray ?? [])
        {
            var verbs = (entry!["verbs"] as JsonArray ?? []).Select(verb => (string)verb!).ToHashSet(StringComparer.Ordinal);
            var plural = (string)entry["name"]!;
            if (!plural.Contains('/') && verbs.Contains("list") && verbs.Contains("watch") && verbs.Contains("delete"))
                kinds.Add(new ResourceType(group, version, plural, (string)entry["kind"]!, (bool?)entry["namespaced"] ?? false));
        }
    }
}
