using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Weft.Kubernetes.Client;

/// <summary>Lists, page by page, and watches.</summary>
public sealed partial class KubeClient
{
    private const int LargePage = 8 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Reads all pages; when the server forgot what it was listing (410), from the beginning, and at last in one piece as client-go does.</summary>
    internal async Task<KubeList<T>> ListAsync<T>(ResourceType resource, string? ns, ListOptions? options, DecodeObject<T> decode, CancellationToken cancel)
    {
        options ??= new ListOptions();
        for (var attempt = 0; ; attempt++)
        {
            var reader = new ListReader<T>(resource, decode);
            try
            {
                await ReadPagesAsync(reader, resource.Path(ns), attempt < 2 ? options : options with { PageSize = 0 }, cancel).ConfigureAwait(false);
                return reader.ToList();
            }
            catch (KubeApiException error) when (error.IsExpired && reader.Pages > 0 && attempt < 2)
            {
                // The token outlived the moment that it stands for.
            }
        }
    }

    /// <summary>The newest version of a resource, for the price of one object.</summary>
    internal async Task<string> VersionAsync(ResourceType resource, string? ns, CancellationToken cancel)
    {
        var list = await GetJsonAsync($"{resource.Path(ns)}?limit=1", cancel).ConfigureAwait(false);
        return list["metadata"]?["resourceVersion"]?.ToString() ?? "";
    }

    /// <summary>One buffer serves all pages, and pages of large objects become shorter.</summary>
    private async Task ReadPagesAsync<T>(ListReader<T> reader, string path, ListOptions options, CancellationToken cancel)
    {
        var size = options.PageSize;
        using var page = new MemoryStream();
        do
        {
            var query = reader.Continue is { } token
                ? (options with { ResourceVersion = null }).Query($"?limit={size}&continue={Uri.EscapeDataString(token)}")
                : options.Query($"?limit={size}");
            await SendAsync(HttpMethod.Get, path + query, null, null, page, cancel).ConfigureAwait(false);
            reader.Read(page.GetBuffer().AsSpan(0, (int)page.Length));
            if (page.Length > LargePage && size > 1)
                size = Math.Max(1, (int)(size * (LargePage / 2) / page.Length));
        }
        while (reader.Continue is not null);
    }

    internal async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType resource, string? ns, ListOptions? options, DecodeObject<T> decode, Action? opened, [EnumeratorCancellation] CancellationToken cancel)
    {
        // A random length, so that watches spread over the servers again.
        var length = _options.WatchDuration * (1 + Random.Shared.NextDouble());
        var query = (options ?? new ListOptions()).Query($"?watch=true&allowWatchBookmarks=true&timeoutSeconds={Math.Ceiling(length.TotalSeconds)}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(length + (_options.WatchDuration < Grace ? _options.WatchDuration : Grace));
        using var response = await OpenWatchAsync(resource.Path(ns) + query, cancel).ConfigureAwait(false);
        opened?.Invoke();
        await using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var stream = new WatchStream<T>(body, decode, $"watch of {resource.Plural}", _transport.Server);
        await foreach (var change in stream.ReadAllAsync(limit.Token, cancel).ConfigureAwait(false))
            yield return change;
    }

    private async Task<HttpResponseMessage> OpenWatchAsync(string path, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            try
            {
                return await _transport.SendAsync(request, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error) when (error.Code == 401 && attempt == 0 && _transport.RenewToken())
            {
                // The token was renewed under way: once more with the new one.
            }
        }
    }
}
