using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Lab.Controllers;

/// <summary>What every controller works with. Writes go through here, so that the shared copy shows them at once.</summary>
internal sealed record ControllerContext(KubeClient Client, ClusterInformers Cluster, EventRecorder Events, ControllerOptions Options, ILogger Logger)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => Client.Time;

    /// <summary>Now, in the whole seconds that the API keeps.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(Time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Creates an object.</summary>
    public async Task<T> CreateAsync<T>(Informer<T> informer, string? ns, JsonObject obj, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var created = KubeJson.FromJson<T>(await Client.CreateAsync(T.Resource, ns, obj, cancel).ConfigureAwait(false));
        informer.Observe(created);
        return created;
    }

    /// <summary>Sends what differs between two states of an object, if anything.</summary>
    public async Task<T> PatchAsync<T>(Informer<T> informer, T from, T to, CancellationToken cancel)
        where T : class, IKubeObject<T> => Observed(informer, await Client.PatchAsync(from, to, cancel).ConfigureAwait(false));

    /// <summary>Sends what differs between two states of an object's status, if anything.</summary>
    public async Task<T> PatchStatusAsync<T>(Informer<T> informer, T from, T to, CancellationToken cancel)
        where T : class, IKubeObject<T> => Observed(informer, await Client.PatchStatusAsync(from, to, cancel).ConfigureAwait(false));

    /// <summary>Deletes an object, this very one and not another of its name.</summary>
    /// <returns>Whether it was there.</returns>
    public async Task<bool> DeleteAsync<T>(Informer<T> informer, T obj, DeleteOptions options, CancellationToken cancel)
        where T : class, IKubeObject<T>
    {
        var identified = options with { Uid = obj.Metadata.Uid };
        var answer = await Client.DeleteAndGetAsync(T.Resource, obj.Metadata.Namespace, obj.Metadata.Name, identified, cancel).ConfigureAwait(false);
        var left = answer is not null && (string?)answer["kind"] == T.Resource.Kind ? KubeJson.FromJson<T>(answer) : null;
        if (left is not null && left.IsTerminating())
            informer.Observe(left);
        if (answer is null || left?.IsTerminating() is not true)
            informer.ObserveDeleted(obj);
        return answer is not null;
    }

    /// <summary>Asks the server whether an owner is still there and not going; one that is going must not take anything in, and the shared copy may be behind.</summary>
    public async Task<bool> IsStayingAsync<T>(T owner, CancellationToken cancel)
        where T : class, IKubeObject<T> =>
        await Client.TryGetAsync<T>(owner.Metadata.Namespace, owner.Metadata.Name, cancel).ConfigureAwait(false) is { } now
        && now.Metadata.Uid == owner.Metadata.Uid && !now.IsTerminating();

    private static T Observed<T>(Informer<T> informer, T obj)
        where T : class, IKubeObject<T>
    {
        informer.Observe(obj);
        return obj;
    }
}
