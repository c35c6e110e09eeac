using Microsoft.AspNetCore.Connections.Features;
using Weft.Kubernetes;
using Weft.Kubernetes.Client;
using Weft.Tests.Client.Upstream;
using static Weft.Tests.Client.Upstream.UpstreamSamples;

namespace Weft.Tests.Client;

/// <summary>What lies below the requests: TLS, HTTP/2, and wires that die without a word.</summary>
public sealed class ConnectionTests
{
    private static readonly KubeClientOptions Impatient = new() { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1), WatchDuration = TimeSpan.FromSeconds(1), RequestTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task A_server_is_known_by_the_address_in_its_certificate_and_knows_the_client_by_its_certificate()
    {
        using var certificates = new TestCertificates();
        using var client = certificates.Client("agent");
        string? protocol = null;
        await using var server = await UpstreamServer.StartAsync(new() { Certificate = certificates.Server("127.0.0.1"), AcceptClient = shown => shown.Subject == client.Subject });
        server.Fault = (context, _) => Task.FromResult((protocol = context.Request.Protocol) is null);
        using var kube = new KubeClient(server.Config with
        {
            CertificateAuthority = certificates.AuthorityPem,
            ClientCertificate = client.ExportCertificatePem(),
            ClientKey = TestCertificates.KeyPem(client),
        });
        await kube.ListAsync<Service>();
        Assert.Equal("HTTP/2", protocol);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_unless_that_name_is_expected()
    {
        using var certificates = new TestCertificates();
        await using var server = await UpstreamServer.StartAsync(new() { Certificate = certificates.Server("kubernetes.default.svc") });
        var config = server.Config with { CertificateAuthority = certificates.AuthorityPem };
        using (var stranger = new KubeClient(config))
        {
            var error = await Assert.ThrowsAsync<KubeApiException>(() => stranger.ListAsync<Service>());
            Assert.True(error.IsUnreachable);
            Assert.Contains("RemoteCertificateNameMismatch", error.Message);
        }

        using var kube = new KubeClient(config with { TlsServerName = "kubernetes.default.svc" });
        await kube.ListAsync<Service>();
        using var careless = new KubeClient(server.Config with { InsecureSkipTlsVerify = true });
        await careless.ListAsync<Service>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wire_that_dies_without_a_word_is_noticed_and_nothing_is_lost(bool tls)
    {
        using var certificates = new TestCertificates();
        await using var server = await UpstreamServer.StartAsync(new() { Certificate = tls ? certificates.Server("127.0.0.1") : null });
        await using var relay = new Relay(server.Address.Port);
        var config = new KubeConfig { Server = new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{relay.Port}"), CertificateAuthority = certificates.AuthorityPem };
        // With HTTP/2 the ping notices; with HTTP/1.1 that the server does not end the watch in time.
        using var client = new KubeClient(config, tls ? Impatient with { WatchDuration = TimeSpan.FromMinutes(5) } : Impatient);
        await WatchAsync<Service>(client, async informer =>
        {
            await UntilAsync(() => informer.HasSynced && informer.StaleFor == TimeSpan.Zero);
            relay.Freeze();
            server.Store.Put(UpstreamServer.Services, "default", Service("meanwhile"));
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
        });
    }

    [Fact]
    public async Task A_server_that_sends_clients_away_gracefully_loses_them_nothing()
    {
        using var certificates = new TestCertificates();
        await using var server = await UpstreamServer.StartAsync(new() { Certificate = certificates.Server("127.0.0.1") });
        var connections = new HashSet<string>();
        server.Fault = (context, _) =>
        {
            lock (connections)
                connections.Add(context.Connection.Id);
            // GOAWAY, as --goaway-chance does to spread clients.
            context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
            return Task.FromResult(false);
        };
        using var client = new KubeClient(server.Config with { CertificateAuthority = certificates.AuthorityPem }, new() { WatchDuration = TimeSpan.FromSeconds(1) });
        await WatchAsync<Service>(client, async informer =>
        {
            for (var i = 0; i < 20; i++)
            {
                server.Store.Put(UpstreamServer.Services, "default", Service($"s{i}"));
                await client.ListAsync<Service>();
            }

            await UntilAsync(() => informer.Items.Count == 20 && informer.Agrees(server, UpstreamServer.Services));
        });
        Assert.True(connections.Count > 1);
    }

    [Fact]
    public async Task A_renewed_token_is_shown_by_watches_too()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "first\n");
        var valid = "first";
        await using var server = await UpstreamServer.StartAsync();
        server.Fault = async (context, _) =>
        {
            if (context.Request.Headers.Authorization == $"Bearer {valid}")
                return false;
            await context.SendStatusAsync(401, "Unauthorized", "Unauthorized");
            return true;
        };
        using var client = new KubeClient(server.Config with { TokenFile = file });
        await WatchAsync<Service>(client, async informer =>
        {
            await UntilAsync(() => informer.HasSynced && informer.StaleFor == TimeSpan.Zero);
            await File.WriteAllTextAsync(file, "second\n");
            valid = "second";
            server.Cut();
            server.Store.Put(UpstreamServer.Services, "default", Service("meanwhile"));
            await UntilAsync(() => informer.Agrees(server, UpstreamServer.Services));
        });
        Assert.Single(server.Requests, request => request.Contains("limit=500", StringComparison.Ordinal));
        File.Delete(file);
    }
}
