using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Weft.Lab.Native.StandIns;
using Weft.Lab.Pods.Specs;

namespace Weft.Lab.StandIns;

/// <summary>Kestrel for connections that are sorted already: one end point for each way to speak HTTP, one handler for all.</summary>
internal static class StandInServer
{
    /// <summary>Builds it.</summary>
    public static WebApplication Build(PodIdentity pod, StandInConduct conduct, SortedConnections sorted)
    {
        var certificate = CertificateOf(pod);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weft" });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IConnectionListenerFactory>(sorted);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            Limit(kestrel);
            kestrel.Listen(new SpeechEndPoint(Speech.Http1), listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(new SpeechEndPoint(Speech.Http2), listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(new SpeechEndPoint(Speech.Tls), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            });
        });
        var application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        application.Run(new StandInHandler(pod, conduct).HandleAsync);
        return application;
    }

    // As the small stand-in has them; a body is never kept, so it may be of any size and as slow as it likes.
    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Header fields are bytes without an encoding (RFC 9110, 5.5).
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MaxRequestHeadersTotalSize = Limits.RequestHead;
        kestrel.Limits.MaxRequestLineSize = Limits.RequestHead;
        kestrel.Limits.MaxRequestHeaderCount = Limits.Headers;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;

        // Not infinite: Kestrel adds the time at hand to these, and past the largest number every connection ends within a second.
        kestrel.Limits.KeepAliveTimeout = kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromDays(3650);
    }

    private static X509Certificate2 CertificateOf(PodIdentity pod)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // A common name has 64 characters at most (RFC 5280, appendix A); the whole name is among the alternative ones.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(pod.Name[..Math.Min(pod.Name.Length, 64)]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(pod.Name);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        if (IPAddress.TryParse(pod.Ip, out var address))
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }

    /// <summary>Signals end the process at once, without the host's help.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
