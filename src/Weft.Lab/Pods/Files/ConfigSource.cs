using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Pods.Files;

/// <summary>ConfigMaps and Secrets of one namespace, each asked for once: what one start of a pod sees is consistent.</summary>
internal sealed class ConfigSource(KubeClient client, string space)
{
    private readonly Dictionary<string, ConfigMap?> _maps = [];
    private readonly Dictionary<string, Secret?> _secrets = [];

    /// <summary>A ConfigMap, or null.</summary>
    public async Task<ConfigMap?> MapAsync(string name, CancellationToken ct)
    {
        if (!_maps.TryGetValue(name, out var map))
            _maps[name] = map = await client.TryGetAsync<ConfigMap>(space, name, ct).ConfigureAwait(false);
        return map;
    }

    /// <summary>A Secret, or null.</summary>
    public async Task<Secret?> SecretAsync(string name, CancellationToken ct)
    {
        if (!_secrets.TryGetValue(name, out var secret))
            _secrets[name] = secret = await client.TryGetAsync<Secret>(space, name, ct).ConfigureAwait(false);
        return secret;
    }

    /// <summary>The entries of a ConfigMap as bytes; null when it does not exist.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>?> MapEntriesAsync(string name, CancellationToken ct)
    {
        if (await MapAsync(name, ct).ConfigureAwait(false) is not { } map)
            return null;
        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Data)
            entries[key] = System.Text.Encoding.UTF8.GetBytes(value);
        foreach (var (key, value) in map.BinaryData)
            entries[key] = Convert.FromBase64String(value);
        return entries;
    }

    /// <summary>The entries of a Secret as bytes; null when it does not exist.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>?> SecretEntriesAsync(string name, CancellationToken ct)
    {
        if (await SecretAsync(name, ct).ConfigureAwait(false) is not { } secret)
            return null;
        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var key in secret.Data.Keys)
            entries[key] = secret.Bytes(key) ?? [];
        return entries;
    }
}
