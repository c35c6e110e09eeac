using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>Speaks to a Kubernetes API server: objects one by one, lists and watches, typed or as JSON.</summary>
/// <remarks>Safe for use by many at once. Every failure is a <see cref="KubeApiException"/> with the server's own message.</remarks>
public sealed partial class KubeClient : IDisposable
{
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);
    private readonly KubeTransport _transport;
    private readonly KubeClientOptions _options;

    /// <summary>A client for the server of <paramref name="config"/>; nothing is sent yet.</summary>
    /// <exception cref="KubeConfigException">A certificate or key is not usable.</exception>
    public KubeClient(KubeConfig config, KubeClientOptions? options = null)
    {
        _options = options ?? new KubeClientOptions();
        _transport = new KubeTransport(config, _options);
        Config = config;
    }

    /// <summary>Where this client connects to.</summary>
    public KubeConfig Config { get; }

    /// <summary>The clock that waits go by.</summary>
    public TimeProvider Time => _options.Time;

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>The object at a path, such as <c>/version</c>.</summary>
    public async Task<JsonObject> GetJsonAsync(string path, CancellationToken cancel = default) =>
        ToObject(await SendAsync(HttpMethod.Get, path, null, null, cancel).ConfigureAwait(false));

    /// <summary>One object, or null when it does not exist.</summary>
    public async Task<JsonObject?> TryGetAsync(ResourceType resource, string? ns, string name, CancellationToken cancel = default)
    {
        try
        {
            return await GetJsonAsync(resource.Path(ns, name), cancel).ConfigureAwait(false);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>All objects of a kind, in one namespace or (null) in all.</summary>
    public Task<KubeList<JsonObject>> ListAsync(ResourceType resource, string? ns = null, ListOptions? options = null, CancellationToken cancel = default) =>
        ListAsync(resource, ns, options, utf8 => (JsonObject)JsonNode.Parse(utf8)!, cancel);

    /// <summary>Creates an object and returns it as stored.</summary>
    public async Task<JsonObject> CreateAsync(ResourceType resource, string? ns, JsonObject obj, CancellationToken cancel = default) =>
        ToObject(await SendAsync(HttpMethod.Post, resource.Path(ns), obj, "application/json", cancel).ConfigureAwait(false));

    /// <summary>Replaces an object, or its subresource.</summary>
    public async Task<JsonObject> UpdateAsync(ResourceType resource, string? ns, string name, JsonObject obj, string? subresource = null, CancellationToken cancel = default) =>
        ToObject(await SendAsync(HttpMethod.Put, resource.Path(ns, name, subresource), obj, "application/json", cancel).ConfigureAwait(false));

    /// <summary>Patches an object, or its subresource, and returns it as stored.</summary>
    public async Task<JsonObject> PatchAsync(
        ResourceType resource, string? ns, string name, JsonNode patch, PatchKind kind = PatchKind.Merge, string? subresource = null, CancellationToken cancel = default) =>
        ToObject(await SendAsync(HttpMethod.Patch, resource.Path(ns, name, subresource), patch, ContentType(kind), cancel).ConfigureAwait(false));

    /// <summary>Deletes an object; that it is gone already is no error.</summary>
    /// <returns>Whether there was an object to delete.</returns>
    public async Task<bool> DeleteAsync(ResourceType resource, string? ns, string name, DeleteOptions? options = null, CancellationToken cancel = default) =>
        await DeleteAndGetAsync(resource, ns, name, options, cancel).ConfigureAwait(false) is not null;

    /// <summary>Deletes an object and returns the server's answer: the object, which may have to end first, or a Status; null when there was no object.</summary>
    public async Task<JsonObject?> DeleteAndGetAsync(ResourceType resource, string? ns, string name, DeleteOptions? options = null, CancellationToken cancel = default)
    {
        try
        {
            return ToObject(await SendAsync(HttpMethod.Delete, resource.Path(ns, name), DeleteBody(options), "application/json", cancel).ConfigureAwait(false));
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Changes of a kind as they happen, from the version in <paramref name="options"/> on.</summary>
    /// <remarks>Ends when the server ends it, which servers do every few minutes; an expired version is thrown (<see cref="KubeApiException.IsExpired"/>).</remarks>
    public IAsyncEnumerable<WatchEvent<JsonObject>> WatchAsync(ResourceType resource, string? ns = null, ListOptions? options = null, CancellationToken cancel = default) =>
        WatchAsync(resource, ns, options, utf8 => (JsonObject)JsonNode.Parse(utf8)!, opened: null, cancel);

    /// <summary>Any other request that creates: binding a pod, a token, a review.</summary>
    public async Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancel = default) =>
        ToObject(await SendAsync(HttpMethod.Post, path, body, "application/json", cancel).ConfigureAwait(false));

    private async Task<byte[]> SendAsync(HttpMethod method, string path, JsonNode? body, string? contentType, CancellationToken cancel)
    {
        using var answer = new MemoryStream();
        await SendAsync(method, path, body, contentType, answer, cancel).ConfigureAwait(false);
        return answer.ToArray();
    }

    private async Task SendAsync(HttpMethod method, string path, JsonNode? body, string? contentType, MemoryStream answer, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, KubeJson.Default.JsonNode));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
            }

            try
            {
                await _transport.SendAsync(request, answer, cancel).ConfigureAwait(false);
                return;
            }
            catch (KubeApiException error) when (error is { Code: 429 or 503, RetryAfter: not null } && attempt < _options.MaximumRetries)
            {
                // The random part keeps those who were put off together from coming back together.
                var asked = error.RetryAfter.Value < LongestRetry ? error.RetryAfter.Value : LongestRetry;
                await Task.Delay(asked + TimeSpan.FromMilliseconds(Random.Shared.Next(10 << attempt)), Time, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error) when (error.Code == 401 && attempt == 0 && _transport.RenewToken())
            {
                // The token was renewed under way: once more with the new one.
            }
        }
    }

    private static JsonObject? DeleteBody(DeleteOptions? options)
    {
        if (options is null)
            return null;
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (options.GracePeriodSeconds is { } grace)
            body["gracePeriodSeconds"] = grace;
        if (options.PropagationPolicy is { } policy)
            body["propagationPolicy"] = policy;
        var preconditions = new JsonObject();
        if (options.Uid is { } uid)
            preconditions["uid"] = uid;
        if (options.ResourceVersion is { } version)
            preconditions["resourceVersion"] = version;
        if (preconditions.Count > 0)
            body["preconditions"] = preconditions;
        return body;
    }

    private static string ContentType(PatchKind kind) => kind switch
    {
        PatchKind.Json => "application/json-patch+json",
        PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
        _ => "application/merge-patch+json",
    };

    private static JsonObject ToObject(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException error)
        {
            throw new KubeApiException(0, "InvalidResponse", $"the server's answer is not a JSON object: {error.Message}", inner: error);
        }
    }
}
