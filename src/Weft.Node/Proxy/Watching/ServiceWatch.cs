using Microsoft.Extensions.Logging;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;

namespace Weft.Node.Proxy.Watching;

/// <summary>Keeps Services and EndpointSlices, and says when they changed.</summary>
/// <remarks>
/// Left out on the server's side are Services that name another proxy, and headless ones, as upstream's proxy does: labels
/// <c>service.kubernetes.io/service-proxy-name</c> and <c>service.kubernetes.io/headless</c>.
/// </remarks>
internal sealed class ServiceWatch
{
    private const string Ours = "!service.kubernetes.io/service-proxy-name,!service.kubernetes.io/headless";

    private readonly Informer<Service> _services;
    private readonly Informer<EndpointSlice> _slices;

    public ServiceWatch(KubeClient client, ILogger logger, ChangeSignal changed)
    {
        var options = new InformerOptions { Logger = logger, LabelSelector = Ours };
        _services = new Informer<Service>(client, options);
        _slices = new Informer<EndpointSlice>(client, options);
        Index = new ServiceIndex(client.Time.GetUtcNow());
        _services.OnObject(Index.Note);
        _slices.OnObject(Index.Note);
        _services.OnChange(changed);
        _slices.OnChange(changed);
    }

    /// <summary>What was heard, joined.</summary>
    public ServiceIndex Index { get; }

    /// <summary>How the watches stand.</summary>
    public IReadOnlyList<IInformerState> States => [_services, _slices];

    /// <summary>Completes when both kinds were listed once.</summary>
    public Task Synced => Task.WhenAll(_services.Synced, _slices.Synced);

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

    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_services.RunAsync(cancel), _slices.RunAsync(cancel));
}
