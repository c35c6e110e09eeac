using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Kubernetes.Client;

/// <summary>The calls on objects whose kind is known at compile time.</summary>
public sealed partial class KubeClient
{
    /// <summary>One object, or null when it does not exist.</summary>
    public async Task<T?> TryGetAsync<T>(string? ns, string name, CancellationToken cancel = default)
        where T : class, IKubeObject<T>
    {
        try
        {
            return await GetAsync<T>(ns, name, cancel).ConfigureAwait(false);
        }
        catch (KubeApiException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>One object.</summary>
    public Task<T> GetAsync<T>(string? ns, string name, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => SendAsync<T>(HttpMethod.Get, T.Resource.Path(ns, name), null, null, cancel);

    /// <summary>All objects of the kind, in one namespace or (null) in all.</summary>
    public Task<KubeList<T>> ListAsync<T>(string? ns = null, ListOptions? options = null, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => ListAsync(T.Resource, ns, options, KubeJson.Parse<T>, cancel);

    /// <summary>Creates an object in the namespace its metadata names, and returns it as stored.</summary>
    public Task<T> CreateAsync<T>(T obj, CancellationToken cancel = default)
        where T : class, IKubeObject<T> =>
        SendAsync<T>(HttpMethod.Post, T.Resource.Path(obj.Metadata.Namespace), KubeJson.ToJson(obj), "application/json", cancel);

    /// <summary>Replaces an object; fields that the record does not know are lost, so use it on objects of our own only.</summary>
    public Task<T> UpdateAsync<T>(T obj, CancellationToken cancel = default)
        where T : class, IKubeObject<T> =>
        SendAsync<T>(HttpMethod.Put, T.Resource.Path(obj.Metadata.Namespace, obj.Metadata.Name), KubeJson.ToJson(obj), "application/json", cancel);

    /// <summary>Replaces the status of an object; fields of the status that the record does not know are lost.</summary>
    public Task<T> UpdateStatusAsync<T>(T obj, CancellationToken cancel = default)
        where T : class, IKubeObject<T> =>
        SendAsync<T>(HttpMethod.Put, T.Resource.Path(obj.Metadata.Namespace, obj.Metadata.Name, "status"), KubeJson.ToJson(obj), "application/json", cancel);

    /// <summary>Patches an object and returns it as stored.</summary>
    public Task<T> PatchAsync<T>(string? ns, string name, JsonNode patch, PatchKind kind = PatchKind.Merge, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => SendAsync<T>(HttpMethod.Patch, T.Resource.Path(ns, name), patch, ContentType(kind), cancel);

    /// <summary>Patches the status of an object and returns it as stored.</summary>
    public Task<T> PatchStatusAsync<T>(string? ns, string name, JsonNode patch, PatchKind kind = PatchKind.Merge, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => SendAsync<T>(HttpMethod.Patch, T.Resource.Path(ns, name, "status"), patch, ContentType(kind), cancel);

    /// <summary>Sends what differs between two states of an object's status; nothing when they are equal.</summary>
    /// <returns>The object as stored, or <paramref name="to"/> when there was nothing to send.</returns>
    public Task<T> PatchStatusAsync<T>(T from, T to, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => PatchDifferenceAsync(from, to, "status", cancel);

    /// <summary>Sends what differs between two states of an object; nothing when they are equal.</summary>
    /// <returns>The object as stored, or <paramref name="to"/> when there was nothing to send.</returns>
    public Task<T> PatchAsync<T>(T from, T to, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => PatchDifferenceAsync(from, to, null, cancel);

    /// <summary>Deletes an object; that it is gone already is no error.</summary>
    /// <returns>Whether there was an object to delete.</returns>
    public Task<bool> DeleteAsync<T>(string? ns, string name, DeleteOptions? options = null, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => DeleteAsync(T.Resource, ns, name, options, cancel);

    /// <summary>Changes of the kind as they happen, from the version in <paramref name="options"/> on.</summary>
    /// <remarks>Ends when the server ends it, which servers do every few minutes; an expired version is thrown (<see cref="KubeApiException.IsExpired"/>).</remarks>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(string? ns = null, ListOptions? options = null, CancellationToken cancel = default)
        where T : class, IKubeObject<T> => WatchAsync(T.Resource, ns, options, KubeJson.Parse<T>, opened: null, cancel);

    /// <summary>Reads, changes and patches an object, and does so again when somebody else was faster.</summary>
    /// <param name="change">Makes the wanted object of the present one; the same object means nothing to do.</param>
    /// <param name="subresource"><c>status</c>, or null for the object itself.</param>
    /// <returns>The object as stored, or null when it does not exist.</returns>
    public async Task<T?> ModifyAsync<T>(string? ns, string name, Func<T, T> change, string? subresource = null, CancellationToken cancel = default)
        where T : class, IKubeObject<T>
    {
        const int attempts = 8;
        for (var attempt = 1; ; attempt++)
        {
            if (await TryGetAsync<T>(ns, name, cancel).ConfigureAwait(false) is not { } current)
                return null;
            try
            {
                return await PatchDifferenceAsync(current, change(current), subresource, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error) when (error.IsConflict && attempt < attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 10 << attempt)), Time, cancel).ConfigureAwait(false);
            }
            catch (KubeApiException error) when (error.IsNotFound)
            {
                return null;
            }
        }
    }

    private Task<T> PatchDifferenceAsync<T>(T from, T to, string? subresource, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        if (MergePatch.Between(from, to) is not { } patch)
            return Task.FromResult(to);
        if (patch["metadata"] is not JsonObject metadata)
            patch["metadata"] = metadata = [];
        metadata["resourceVersion"] = from.Metadata.ResourceVersion;
        var path = T.Resource.Path(from.Metadata.Namespace, from.Metadata.Name, subresource);
        return SendAsync<T>(HttpMethod.Patch, path, patch, ContentType(PatchKind.Merge), cancel);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, JsonNode? body, string? contentType, CancellationToken cancel)
    {
        var bytes = await SendAsync(method, path, body, contentType, cancel).ConfigureAwait(false);
        try
        {
            return KubeJson.Parse<T>(bytes);
        }
        catch (JsonException error)
        {
            throw new KubeApiException(0, "InvalidResponse", $"{method} {path}: the answer is not readable: {error.Message}", inner: error);
        }
    }
}
