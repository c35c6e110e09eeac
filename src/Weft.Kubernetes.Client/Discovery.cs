using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>Finds where a kind lives in the API by asking the server, and remembers.</summary>
public sealed class Discovery(KubeClient client)
{
    private readonly ConcurrentDictionary<(string ApiVersion, string Kind), ResourceType> _known = [];

    /// <summary>The resource of a kind, or null when the server does not have it.</summary>
    /// <exception cref="KubeApiException">The server did not answer.</exception>
    public async Task<ResourceType?> FindAsync(string apiVersion, string kind, CancellationToken cancel = default)
    {
        if (!_known.ContainsKey((apiVersion, kind)))
            await LearnAsync(apiVersion, cancel).ConfigureAwait(false);
        return _known.GetValueOrDefault((apiVersion, kind));
    }

    private async Task LearnAsync(string apiVersion, CancellationToken cancel)
    {
        var slash = apiVersion.IndexOf('/');
        var path = slash < 0 ? $"/api/{Uri.EscapeDataString(apiVersion)}" : $"/apis/{Uri.EscapeDataString(apiVersion[..slash])}/{Uri.EscapeDataString(apiVersion[(slash + 1)..])}";
        JsonObject list;
        try
        {
            list = await client.GetJsonAsync(path, cancel).ConfigureAwait(false);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return;
        }

        foreach (var entry in (list["resources"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var plural = entry["name"]!.ToString();
            if (plural.Contains('/'))
                continue;
            var kind = entry["kind"]!.ToString();
            var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
            _known[(apiVersion, kind)] = new ResourceType(group, version, plural, kind, entry["namespaced"]?.GetValue<bool>() ?? false);
        }
    }
}
