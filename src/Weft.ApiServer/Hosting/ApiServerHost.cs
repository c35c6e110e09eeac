using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weft.ApiServer.Hosting;
using Weft.ApiServer.Kinds;
using Weft.ApiServer.Requests;
using Weft.ApiServer.Storage;
using Weft.ApiServer.Writes;
using Weft.Model;

namespace Weft.ApiServer;

/// <summary>A running API server.</summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ObjectStore _store;
    private readonly CertificateAuthority _authority;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _upkeep;

    private ApiServerHost(WebApplication application, ServerState server, X509Certificate2 certificate, CancellationTokenSource stopping)
    {
        _application = application;
        _store = server.Store;
        _authority = server.Authority;
        _time = server.Time;
        _certificate = certificate;
        _stopping = stopping;
        AdminToken = server.AdminToken;
        CaCertificatePem = server.Authority.CertificatePem;
        Endpoints = ListeningAt(application);
        _upkeep = new Upkeep(server).RunAsync(stopping.Token);
    }

    /// <summary>The bearer token that may do everything.</summary>
    public string AdminToken { get; }

    /// <summary>The certificate authority clients must trust, as PEM.</summary>
    public string CaCertificatePem { get; }

    /// <summary>Where the server listens, with the ports it was given; an inherited socket is not among them.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Starts a server; returns once it accepts connections.</summary>
    /// <exception cref="ApiServerException">The database, the state folder or an address cannot be used; the message says which and what to do.</exception>
    public static async Task<ApiServerHost> StartAsync(ApiServerOptions options, CancellationToken ct)
    {
        var state = new StateFolder(options.StateDirectory);
        var authority = new CertificateAuthority(state, options.Time);
        var stopping = new CancellationTokenSource();
        var server = OpenState(options, state, authority, stopping.Token);
        var certificate = authority.IssueServer(CertificateNames.Of(options, server.Addresses));
        var application = KestrelSetup.Build(server, certificate);
        try
        {
            DefaultObjects.Ensure(server);
            await application.StartAsync(ct);
            return new ApiServerHost(application, server, certificate, stopping);
        }
        catch (Exception e)
        {
            await application.DisposeAsync();
            server.Store.Dispose();
            certificate.Dispose();
            authority.Dispose();
            stopping.Dispose();
            throw e switch
            {
                IOException or SocketException => new ApiServerException($"the API server cannot listen: {e.Message}", e),
                StatusException => new ApiServerException($"the cluster's own objects cannot be written: {e.Message}", e),
                _ => e,
            };
        }
    }

    /// <summary>A kubeconfig for the administrator.</summary>
    /// <param name="serverUrl">How its user reaches the server, for example <c>https://127.0.0.1:6443</c>.</param>
    public string Kubeconfig(string serverUrl, string clusterName) => KubeconfigFile.WithToken(serverUrl, clusterName, CaCertificatePem, AdminToken);

    /// <summary>A kubeconfig for a user who shows a client certificate instead of a token.</summary>
    /// <param name="serverUrl">How its user reaches the server.</param>
    public string Kubeconfig(string serverUrl, string clusterName, ClientIdentity identity) => KubeconfigFile.WithCertificate(serverUrl, clusterName, CaCertificatePem, identity);

    /// <summary>Issues a client certificate, signed by the server's own authority. The server knows whoever shows it as that user.</summary>
    /// <param name="lifetime">From now on; a negative one has ended already.</param>
    public ClientIdentity IssueClientCertificate(string user, IEnumerable<string> groups, TimeSpan lifetime)
    {
        using var certificate = _authority.IssueClient(user, groups, _time.GetUtcNow() + lifetime);
        using var key = certificate.GetECDsaPrivateKey()!;
        return new ClientIdentity(user, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Ends the watches, answers what is under way, closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.StopAsync();
        await _application.DisposeAsync();
        await _upkeep;
        _store.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
        _stopping.Dispose();
    }

    private static ServerState OpenState(ApiServerOptions options, StateFolder state, CertificateAuthority authority, CancellationToken stopping)
    {
        if (options.ServiceCidrs.Count == 0 || !options.ServiceCidrs.All(cidr => IpPrefix.TryParse(cidr, out _)))
            throw new ApiServerException($"\"{string.Join(',', options.ServiceCidrs)}\" is not a list of address ranges for Services, such as 10.96.0.0/16");
        IStoreFile file = options.DatabasePath is { } path ? SqliteFile.Open(path) : new MemoryFile();
        var store = new ObjectStore(file, KindTable.BuiltIn, options.WatchHistory);
        var logging = options.Logging ?? NullLoggerFactory.Instance;
        return new ServerState
        {
            Options = options,
            Store = store,
            Kinds = KindTable.BuiltIn,
            Pages = new ListPages(options.Time),
            Addresses = new ServiceAddresses(options.ServiceCidrs, options.NodePorts, store, options.ClusterDns),
            AdminToken = state.AdminToken(),
            Authority = authority,
            Logger = logging.CreateLogger("Weft.ApiServer"),
            Stopping = stopping,
        };
    }

    private static IReadOnlyList<IPEndPoint> ListeningAt(WebApplication application) =>
        [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(address => address.StartsWith("https://", StringComparison.Ordinal) || address.StartsWith("http://", StringComparison.Ordinal))
            .Select(address => IPEndPoint.TryParse(address[(address.IndexOf("//", StringComparison.Ordinal) + 2)..], out var endpoint) ? endpoint : null)
            .OfType<IPEndPoint>()];
}
