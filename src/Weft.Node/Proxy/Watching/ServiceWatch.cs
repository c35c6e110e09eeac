using Microsoft.Extensions.Logging;
using Weft.Compilers.Services;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Node.Proxy.Watching;

/// <summary>Keeps Services and EndpointSlices, and says when they changed: one watch for the proxy and for DNS.</summary>
/// <remarks>
/// The proxy does not see Services that name another proxy, and headless ones, as upstream's proxy does: labels
/// <c>service.kubernetes.io/service-proxy-name</c> and <c>service.kubernetes.io/headless</c>. All of them have names.
/// </remarks>
internal sealed class ServiceWatch
{
    private readonly Informer<Service> _services;
    private readonly Informer<EndpointSlice> _slices;

    public ServiceWatch(KubeClient client, ILogger logger, ChangeSignal changed)
    {
        var options = new InformerOptions { Logger = logger };
        _services = new Informer<Service>(client, options);
        _slices = new Informer<EndpointSlice>(client, options);
        Index = new ServiceIndex(client.Time.GetUtcNow());
        Everything = new ServiceIndex(client.Time.GetUtcNow());
        _services.OnObject(Note);
        _slices.OnObject(Note);
        OnChange(changed);
    }

    /// <summary>What is proxied, joined.</summary>
    public ServiceIndex Index { get; }

    /// <summary>What was heard, joined.</summary>
    public ServiceIndex Everything { get; }

    /// <summary>How the watches stand.</summary>
    public IReadOnlyList<IInformerState> States => [_services, _slices];

    /// <summary>Completes when both kinds were listed once.</summary>
    public Task Synced => Task.WhenAll(_services.Synced, _slices.Synced);

    /// <summary>Sets <paramref name="changed"/> after every change.</summary>
    public void OnChange(ChangeSignal changed)
    {
        _services.OnChange(changed);
        _slices.OnChange(changed);
    }

    /// <summary>A Service; null when there is none of that name.</summary>
    public Service? Find(string space, string name) => _services.Find(space, name);

    /// <summary>The reference to an object that a problem names (<c>Kind namespace/name</c>); null when it is gone.</summary>
    public ObjectReference? Find(string name)
    {
        var parts = name.Split(' ', '/');
        return parts switch
        {
            ["Service", var ns, var service] when _services.Find(ns, service) is { } found => ObjectReference.To(found),
            ["EndpointSlice", var ns, var slice] when _slices.Find(ns, slice) is { } found => ObjectReference.To(found),
            _ => null,
        };
    }

    private void Note(Service? before, Service? after)
    {
        Everything.Note(before, after);
        if (Proxied(before) is var former && Proxied(after) is var now && (former ?? now) is not null)
            Index.Note(former, now);
    }

    private void Note(EndpointSlice? before, EndpointSlice? after)
    {
        Everything.Note(before, after);
        if (Proxied(before) is var former && Proxied(after) is var now && (former ?? now) is not null)
            Index.Note(former, now);
    }

    private static T? Proxied<T>(T? heard)
        where T : class, IKubeObject => heard is null || ServiceReader.IsForOthers(heard.Metadata.Labels) ? null : heard;

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_services.RunAsync(cancel), _slices.RunAsync(cancel));
}
