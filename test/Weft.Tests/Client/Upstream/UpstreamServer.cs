using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weft.Kubernetes.Client;

namespace Weft.Tests.Client.Upstream;

/// <summary>What an <see cref="UpstreamServer"/> is like.</summary>
internal sealed record UpstreamOptions
{
    /// <summary>Versions without an order.</summary>
    public bool OpaqueVersions { get; init; }

    /// <summary>What it starts with.</summary>
    public UpstreamStore? Backup { get; init; }

    /// <summary>Resources it serves, beyond the usual ones.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [UpstreamServer.ServiceCidrs, "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies"];

    /// <summary>Serve TLS with this certificate; HTTP/2 then.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>A client certificate is asked for and accepted where this says so.</summary>
    public Func<X509Certificate2, bool>? AcceptClient { get; init; }
}

/// <summary>A server that behaves on the wire as kube-apiserver 1.36 does, from lists in pages to watches with bookmarks, and fails when told to.</summary>
internal sealed class UpstreamServer : IAsyncDisposable
{
    public const string Nodes = "/api/v1/nodes", Services = "/api/v1/services", ConfigMaps = "/api/v1/configmaps", Slices = "/apis/discovery.k8s.io/v1/endpointslices",
        ServiceCidrs = "/apis/networking.k8s.io/v1/servicecidrs", Events = "/api/v1/events", Leases = "/apis/coordination.k8s.io/v1/leases",
        Pods = "/api/v1/pods", Namespaces = "/api/v1/namespaces", NetworkPolicies = "/apis/networking.k8s.io/v1/networkpolicies";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = [];

    private UpstreamServer(UpstreamOptions options, int port)
    {
        Options = options;
        Store = new UpstreamStore(options.OpaqueVersions);
        if (options.Backup is { } backup)
            Store.Restore(backup);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, Listen));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public UpstreamOptions Options { get; }

    public UpstreamStore Store { get; }

    /// <summary>Everything that was asked, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The same as RBAC sees it.</summary>
    public ConcurrentQueue<UpstreamRequest> Asked { get; } = [];

    /// <summary>Answers in place of the server where it returns true.</summary>
    public Func<HttpContext, UpstreamRequest, Task<bool>>? Fault { get; set; }

    public Uri Address => new(_app.Urls.First());

    public KubeConfig Config => new() { Server = Address };

    public static async Task<UpstreamServer> StartAsync(UpstreamOptions? options = null, int port = 0)
    {
        var server = new UpstreamServer(options ?? new UpstreamOptions(), port);
        await server._app.StartAsync();
        return server;
    }

    public KubeClient Client(KubeClientOptions? options = null) => new(Config, options);

    /// <summary>Breaks every connection, as a server that is killed does.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Values)
            connection.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.DisposeAsync();
    }

    private void Listen(ListenOptions listen)
    {
        listen.Use(next => async connection =>
        {
            _connections[connection.ConnectionId] = connection;
            await next(connection);
            _connections.TryRemove(connection.ConnectionId, out _);
        });
        if (Options.Certificate is not { } certificate)
            return;
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            if (Options.AcceptClient is not { } accept)
                return;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => accept(client);
        });
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        var request = UpstreamRequest.Read(context.Request);
        if (request is null || !(UpstreamVerbs.Usual.Contains(request.Resource) || Options.Resources.Contains(request.Resource)))
        {
            await context.SendAsync("404 page not found\n", 404);
            return;
        }

        Asked.Enqueue(request);
        try
        {
            if (Fault is null || !await Fault(context, request))
                await new UpstreamVerbs(Store, context, request).AnswerAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The client has gone.
        }
    }
}
