using Weft.Kubernetes.Client;

namespace Weft.Cli.Up;

/// <summary>Reads manifests from files, folders, URLs and standard input.</summary>
internal static class ManifestSources
{
    /// <exception cref="ManifestException">One cannot be read, is not YAML, or two objects have one name.</exception>
    public static async Task<IReadOnlyList<Manifest>> ReadAsync(IReadOnlyList<string> sources, CancellationToken ct)
    {
        var manifests = new List<Manifest>();
        foreach (var source in sources)
            manifests.AddRange((await TextsAsync(source, ct)).SelectMany(text => Manifests.Load(text.Text, text.Source)));
        RefuseTwins(manifests);
        return manifests;
    }

    /// <summary>The texts of a source, and what to call them.</summary>
    /// <exception cref="ManifestException">It cannot be read.</exception>
    public static async Task<IReadOnlyList<(string Text, string Source)>> TextsAsync(string source, CancellationToken ct)
    {
        if (source == "-")
            return [(await Console.In.ReadToEndAsync(ct), "standard input")];
        if (source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal))
            return [(await DownloadAsync(source, ct), source)];
        return Manifests.Texts(source);
    }

    private static async Task<string> DownloadAsync(string url, CancellationToken ct)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            return await client.GetStringAsync(new Uri(url), ct);
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new ManifestException($"{url} cannot be fetched: {e.Message}");
        }
    }

    /// <exception cref="ManifestException">Two objects have one name.</exception>
    public static void RefuseTwins(IReadOnlyList<Manifest> manifests)
    {
        var seen = new Dictionary<(string ApiVersion, string Kind, string? Namespace, string Name), Manifest>();
        foreach (var manifest in manifests)
        {
            var key = (manifest.ApiVersion, manifest.Kind, manifest.Namespace ?? "default", manifest.Name);
            if (!seen.TryAdd(key, manifest))
                throw new ManifestException($"{manifest} is there twice, first at {seen[key].Source}:{seen[key].Line}: remove one or rename it");
        }
    }
}
