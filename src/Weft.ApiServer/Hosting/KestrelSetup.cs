using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Weft.ApiServer.Requests;

namespace Weft.ApiServer.Hosting;

/// <summary>Kestrel with TLS and one handler for every path; no configuration files, routing, or compression.</summary>
internal static class KestrelSetup
{
    public static WebApplication Build(ServerState server, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weft" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.Configure<KestrelServerOptions>(kestrel => Configure(kestrel, server.Options, certificate));
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        if (server.Options.Logging is { } logging)
            builder.Services.AddSingleton(logging);
        var application = builder.Build();
        application.UseWebSockets();
        application.Run(new ApiHandler(server).HandleAsync);
        return application;
    }

    private static void Configure(KestrelServerOptions kestrel, ApiServerOptions options, X509Certificate2 certificate)
    {
        kestrel.AddServerHeader = false;
        // The limit of an object is lower; up to here a client is answered rather than cut off.
        kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
        // Watches and followed logs are quiet for as long as nothing happens.
        kestrel.Limits.MinResponseDataRate = null;
        // client-go puts all watches of a process on one connection; kube-apiserver allows 250, Go's default.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        foreach (var endpoint in options.Listen)
            kestrel.Listen(endpoint, Secure);
        if (options.ListenHandle is { } handle)
            kestrel.ListenHandle(handle, Secure);

        void Secure(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                // Whoever shows a certificate of another authority is answered 401, rather than with a broken connection.
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }
    }

    /// <summary>The process belongs to whoever hosts the server: signals are not taken here.</summary>
    private sealed class NoLifetime : Microsoft.Extensions.Hosting.IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
