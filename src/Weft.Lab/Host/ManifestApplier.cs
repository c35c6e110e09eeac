using System.Text.Json.Nodes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Host;

/// <summary>Creates or changes objects as <c>kubectl apply</c> does, and leaves its mark so that kubectl can go on from there.</summary>
/// <remarks>Fields that the last applied manifest had and this one lacks are removed; what others set is left alone.</remarks>
public static class ManifestApplier
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Applies all, Namespaces first; what is refused is told and stops nothing else.</summary>
    /// <returns>Number of objects that were refused.</returns>
    public static async Task<int> ApplyAsync(KubeClient client, IReadOnlyList<Manifest> manifests, Action<string> tell, CancellationToken ct)
    {
        var refused = 0;
        var kinds = new Discovery(client);
        foreach (var manifest in manifests.OrderBy(manifest => manifest.Kind == "Namespace" ? 0 : 1))
        {
            try
            {
                var change = await ApplyAsync(client, kinds, manifest, ct).ConfigureAwait(false);
                tell($"{manifest.Kind.ToLowerInvariant()}/{manifest.Name} {change}");
            }
            catch (Exception e) when (e is KubeApiException or LabException)
            {
                refused++;
                tell($"error: {manifest}: {e.Message}");
            }
        }

        return refused;
    }

    private static async Task<string> ApplyAsync(KubeClient client, Discovery kinds, Manifest manifest, CancellationToken ct)
    {
        var type = await kinds.FindAsync(manifest.ApiVersion, manifest.Kind, ct).ConfigureAwait(false)
            ?? throw new LabException(
                $"no matches for kind \"{manifest.Kind}\" in version \"{manifest.ApiVersion}\": `kubectl api-resources` lists what this server knows");
        var space = type.Namespaced ? manifest.Namespace ?? "default" : null;
        var wanted = WithMark(manifest.Object, space);
        var live = await client.TryGetAsync(type, space, manifest.Name, ct).ConfigureAwait(false);
        if (live is null)
        {
            await client.CreateAsync(type, space, wanted, ct).ConfigureAwait(false);
            return "created";
        }

        var patch = Difference(LastAppliedOf(live), wanted);
        var changed = await client.PatchAsync(type, space, manifest.Name, patch, cancel: ct).ConfigureAwait(false);
        return VersionOf(changed) == VersionOf(live) ? "unchanged" : "configured";
    }

    private static JsonObject WithMark(JsonObject manifest, string? space)
    {
        var plain = (JsonObject)manifest.DeepClone();
        var metadata = plain["metadata"]!.AsObject();
        if (space is not null)
            metadata["namespace"] = space;
        var annotations = metadata["annotations"] as JsonObject ?? [];
        metadata["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
        annotations = metadata["annotations"]!.AsObject();
        annotations.Remove(LastApplied);
        annotations[LastApplied] = plain.ToJsonString() + "\n";
        return plain;
    }

    private static JsonObject? LastAppliedOf(JsonObject live)
    {
        try
        {
            return live["metadata"]?["annotations"]?[LastApplied]?.GetValue<string>() is { } text ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    // A JSON merge patch (RFC 7386): the wanted fields, and null for each that only the last manifest had.
    private static JsonObject Difference(JsonObject? former, JsonObject wanted)
    {
        var patch = (JsonObject)wanted.DeepClone();
        AddRemovals(former, patch);
        return patch;
    }

    private static void AddRemovals(JsonObject? former, JsonObject patch)
    {
        foreach (var (key, value) in former ?? [])
        {
            if (!patch.TryGetPropertyValue(key, out var kept))
                patch[key] = null;
            else if (value is JsonObject inner && kept is JsonObject target)
                AddRemovals(inner, target);
        }
    }

    private static string? VersionOf(JsonObject obj) => obj["metadata"]?["resourceVersion"]?.GetValue<string>();
}
